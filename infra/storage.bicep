// The service's memory: tables, queues and the archive of documents. Opened by the identity only; account keys are switched off.

param name string
param location string
param tags object
param sku string
param documentRetentionDays int
param documentsLocked bool
param protect bool
param publicAccess bool
param workspaceId string
param principalId string

// As the code names them; a test holds these lists against it.
var tableNames = [
  'Accounts'
  'Documents'
  'DueAccounts'
  'Findings'
  'Notifications'
  'Numbers'
  'StaffActions'
  'StripeCustomers'
  'StripeEvents'
]
var queueNames = [
  'account-work'
  'crm-notifications'
  'stripe-events'
]

resource account 'Microsoft.Storage/storageAccounts@2024-01-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: sku }
  properties: {
    accessTier: 'Hot'
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: publicAccess ? 'Enabled' : 'Disabled'
    networkAcls: { defaultAction: publicAccess ? 'Allow' : 'Deny', bypass: 'None' }
  }

  resource tables 'tableServices' = {
    name: 'default'

    resource table 'tables' = [for table in tableNames: { name: table }]
  }

  resource queues 'queueServices' = {
    name: 'default'

    resource queue 'queues' = [for queue in queueNames: { name: queue }]
    // The host makes them with the first message that fails too often; here they are so that alerts and people find them.
    resource poison 'queues' = [for queue in queueNames: { name: '${queue}-poison' }]
  }

  resource blobs 'blobServices' = {
    name: 'default'
    properties: {
      isVersioningEnabled: true
      deleteRetentionPolicy: { enabled: true, days: 14 }
      containerDeleteRetentionPolicy: { enabled: true, days: 14 }
    }

    resource documents 'containers' = {
      name: 'documents'
      properties: { publicAccess: 'None' }

      // Unlocked, so that a mistake can be mended. In production it is locked by hand, once and for good: docs/deploying.md. From then on Azure refuses
      // whatever would set it again.
      resource retention 'immutabilityPolicies' = if (!documentsLocked) {
        name: 'default'
        properties: {
          immutabilityPeriodSinceCreationInDays: documentRetentionDays
          allowProtectedAppendWrites: false
        }
      }
    }

    resource deployments 'containers' = {
      name: 'deployments'
      properties: { publicAccess: 'None' }
    }
  }

  resource lifecycle 'managementPolicies' = {
    name: 'default'
    properties: {
      policy: {
        rules: [
          {
            name: 'documents-to-cool'
            enabled: true
            type: 'Lifecycle'
            definition: {
              filters: { blobTypes: ['blockBlob'], prefixMatch: ['documents/'] }
              actions: { baseBlob: { tierToCool: { daysAfterModificationGreaterThan: 90 } } }
            }
          }
        ]
      }
    }
    dependsOn: [blobs]
  }
}

// Contributor of data, of nothing else: not of the account, its keys or its rules. The Functions host writes its own locks and the package with it.
resource roles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in ['Storage Blob Data Contributor', 'Storage Queue Data Contributor', 'Storage Table Data Contributor']: {
    scope: account
    name: guid(account.id, principalId, role)
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleDefinitions(role).id)
      principalId: principalId
      principalType: 'ServicePrincipal'
    }
  }
]

// Who deleted or read what, for an audit.
resource audit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: account::blobs
  name: 'audit'
  properties: {
    workspaceId: workspaceId
    logs: [
      { category: 'StorageWrite', enabled: true }
      { category: 'StorageDelete', enabled: true }
    ]
  }
}

resource keep 'Microsoft.Authorization/locks@2020-05-01' = if (protect) {
  scope: account
  name: 'keep'
  properties: { level: 'CanNotDelete', notes: 'Accounts and documents of customers.' }
}

output id string = account.id
output name string = account.name
