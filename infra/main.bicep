// One environment of the billing service, in a resource group of its own. Deployed by `azd up` or by the workflow; checked offline by the tests.

targetScope = 'subscription'

import { serviceSettings, secretValues } from 'settings.bicep'

@description('dev, prod: part of every name.')
@minLength(2)
@maxLength(8)
param environmentName string

@description('The region of everything.')
param location string

@description('The service\'s settings that are no secret.')
param settings serviceSettings

@description('Secrets to put into the vault. What is empty is left there as it is: later values are set in the vault itself.')
param secrets secretValues

@description('How the storage account is replicated.')
param storageSku ('Standard_LRS' | 'Standard_ZRS' | 'Standard_GZRS')

@description('How long an issued document can be neither changed nor deleted: 8 years to the end of the year are at most 3,287 days.')
@minValue(1)
@maxValue(3287)
param documentRetentionDays int

@description('Whether the container of this very account has been locked by hand: its policy is then left as it is. In a new account it must be false, or there is none.')
param documentsLocked bool

@description('Keeps the storage account and the vault from being deleted. Taken off by hand only.')
param protect bool

@description('Storage and vault are reached through private endpoints only; the function app itself stays public for the CRM and Stripe.')
param privateNetwork bool

@description('Instances that wait for requests, so that nobody waits for a start.')
@minValue(0)
param alwaysReady int

@description('The most instances. Stripe allows 100 calls a second.')
@minValue(40)
@maxValue(1000)
param maximumInstances int

@description('Days for which logs are kept.')
@minValue(30)
param logRetentionDays int

@description('Gigabytes of logs a day, then nothing is taken any more; -1 for no limit.')
param logDailyCapGb int

@description('Who is told when something is wrong, and when the budget is used up.')
@minLength(1)
param operatorEmails string[]

@description('Euro a month.')
@minValue(1)
param monthlyBudget int

@description('First day of the month from which the budget counts: the current one at the first deployment, and never another after it.')
param budgetStart string

var name = 'billing-${environmentName}'
var unique = uniqueString(subscription().subscriptionId, name, location)
var tags = { 'azd-env-name': environmentName }

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-${name}'
  location: location
  tags: tags
}

module identity 'identity.bicep' = {
  scope: group
  params: {
    name: 'id-${name}'
    location: location
    tags: tags
  }
}

module monitoring 'monitoring.bicep' = {
  scope: group
  params: {
    name: name
    location: location
    tags: tags
    retentionDays: logRetentionDays
    dailyCapGb: logDailyCapGb
    principalId: identity.outputs.principalId
  }
}

module storage 'storage.bicep' = {
  scope: group
  params: {
    name: 'st${unique}'
    location: location
    tags: tags
    sku: storageSku
    documentRetentionDays: documentRetentionDays
    documentsLocked: documentsLocked
    protect: protect
    publicAccess: !privateNetwork
    workspaceId: monitoring.outputs.workspaceId
    principalId: identity.outputs.principalId
  }
}

module vault 'vault.bicep' = {
  scope: group
  params: {
    name: 'kv-${unique}'
    location: location
    tags: tags
    secrets: secrets
    protect: protect
    publicAccess: !privateNetwork
    workspaceId: monitoring.outputs.workspaceId
    principalId: identity.outputs.principalId
  }
}

module network 'network.bicep' = if (privateNetwork) {
  scope: group
  params: {
    name: name
    location: location
    tags: tags
    storageId: storage.outputs.id
    vaultId: vault.outputs.id
  }
}

module app 'app.bicep' = {
  scope: group
  params: {
    name: 'func-${name}-${unique}'
    planName: 'plan-${name}'
    location: location
    tags: tags
    identityId: identity.outputs.id
    clientId: identity.outputs.clientId
    insightsConnectionString: monitoring.outputs.connectionString
    storageName: storage.outputs.name
    vaultUri: vault.outputs.uri
    settings: settings
    subnetId: network.?outputs.appSubnetId
    alwaysReady: alwaysReady
    maximumInstances: maximumInstances
  }
}

module alerts 'alerts.bicep' = {
  scope: group
  params: {
    name: name
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
    operatorEmails: operatorEmails
    monthlyBudget: monthlyBudget
    budgetStart: budgetStart
  }
}

output AZURE_RESOURCE_GROUP string = group.name
output AZURE_FUNCTION_APP string = app.outputs.name
output BILLING_URL string = app.outputs.url
