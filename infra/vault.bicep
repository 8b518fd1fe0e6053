// Secrets of others that the service must know: Stripe's and the CRM's, and the key that confirmations are signed with.

import { secretValues } from 'settings.bicep'

param name string
param location string
param tags object
param secrets secretValues
param protect bool
param publicAccess bool
param workspaceId string
param principalId string

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: protect ? 90 : 7
    // Cannot be switched off again, so it is switched on only where it is wanted.
    enablePurgeProtection: protect ? true : null
    publicNetworkAccess: publicAccess ? 'Enabled' : 'Disabled'
    networkAcls: { defaultAction: publicAccess ? 'Allow' : 'Deny', bypass: 'None' }
  }
}

// Of the names that app.bicep refers to. Each only where a value was given: an empty one would overwrite what is in use.
resource confirmationKey 'Microsoft.KeyVault/vaults/secrets@2023-07-01' = if (!empty(secrets.confirmationKey)) {
  parent: vault
  name: 'confirmation-key'
  properties: { value: secrets.confirmationKey }
}

resource crmWebhookSecret 'Microsoft.KeyVault/vaults/secrets@2023-07-01' = if (!empty(secrets.crmWebhookSecret)) {
  parent: vault
  name: 'crm-webhook-secret'
  properties: { value: secrets.crmWebhookSecret }
}

resource stripeApiKey 'Microsoft.KeyVault/vaults/secrets@2023-07-01' = if (!empty(secrets.stripeApiKey)) {
  parent: vault
  name: 'stripe-api-key'
  properties: { value: secrets.stripeApiKey }
}

resource stripeWebhookSecret 'Microsoft.KeyVault/vaults/secrets@2023-07-01' = if (!empty(secrets.stripeWebhookSecret)) {
  parent: vault
  name: 'stripe-webhook-secret'
  properties: { value: secrets.stripeWebhookSecret }
}

resource reads 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: vault
  name: guid(vault.id, principalId, 'Key Vault Secrets User')
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roleDefinitions('Key Vault Secrets User').id
    )
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

resource audit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: vault
  name: 'audit'
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'audit', enabled: true }]
  }
}

resource keep 'Microsoft.Authorization/locks@2020-05-01' = if (protect) {
  scope: vault
  name: 'keep'
  properties: { level: 'CanNotDelete', notes: 'Without these secrets nothing is charged.' }
}

output id string = vault.id
output uri string = vault.properties.vaultUri
