// The function app, on Flex Consumption: instances come and go with the requests and the queues.

import { serviceSettings } from 'settings.bicep'

param name string
param planName string
param location string
param tags object
param identityId string
param clientId string
param insightsConnectionString string
param storageName string
param vaultUri string
param settings serviceSettings
param subnetId string?
param alwaysReady int
param maximumInstances int

resource storage 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: storageName
}

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { tier: 'FlexConsumption', name: 'FC1' }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2024-04-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'billing' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identityId
    virtualNetworkSubnetId: subnetId
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${storage.properties.primaryEndpoints.blob}deployments'
          authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identityId }
        }
      }
      runtime: { name: 'dotnet-isolated', version: '10.0' }
      scaleAndConcurrency: {
        instanceMemoryMB: 2048
        maximumInstanceCount: maximumInstances
        alwaysReady: alwaysReady > 0 ? [{ name: 'http', instanceCount: alwaysReady }] : []
      }
    }
    siteConfig: {
      minTlsVersion: '1.2'
      http20Enabled: true
    }
  }

  // Nobody deploys by a password.
  resource ftp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource scm 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }

  // A test holds these against docs/settings.md: a setting that the code reads and nobody sets here does not pass.
  resource appsettings 'config' = {
    name: 'appsettings'
    properties: {
      ...settings
      AzureWebJobsStorage__blobServiceUri: storage.properties.primaryEndpoints.blob
      AzureWebJobsStorage__queueServiceUri: storage.properties.primaryEndpoints.queue
      AzureWebJobsStorage__tableServiceUri: storage.properties.primaryEndpoints.table
      AzureWebJobsStorage__credential: 'managedidentity'
      AzureWebJobsStorage__clientId: clientId
      APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnectionString
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${clientId};Authorization=AAD'
      Confirmation__Key: '@Microsoft.KeyVault(SecretUri=${vaultUri}secrets/confirmation-key)'
      // Needed only where the CRM listens: a reference to a secret that is not there would be taken for one.
      Crm__WebhookSecret: empty(settings.Crm__WebhookUrl)
        ? ''
        : '@Microsoft.KeyVault(SecretUri=${vaultUri}secrets/crm-webhook-secret)'
      Stripe__ApiKey: '@Microsoft.KeyVault(SecretUri=${vaultUri}secrets/stripe-api-key)'
      Stripe__WebhookSecret: '@Microsoft.KeyVault(SecretUri=${vaultUri}secrets/stripe-webhook-secret)'
    }
  }
}

output name string = app.name
output url string = 'https://${app.properties.defaultHostName}'
