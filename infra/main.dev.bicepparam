using 'main.bicep'

import { common } from 'settings.bicep'

param environmentName = 'dev'
param location = 'germanywestcentral'

param settings = {
  ...common
  Auth__Authority: 'https://login.dev.cloudcrm.example'
  Crm__WebhookUrl: 'https://crm.dev.cloudcrm.example/webhooks/billing'
  Page__Origins: 'https://crm.dev.cloudcrm.example'
}

param secrets = {
  confirmationKey: readEnvironmentVariable('BILLING_CONFIRMATION_KEY', '')
  crmWebhookSecret: readEnvironmentVariable('BILLING_CRM_WEBHOOK_SECRET', '')
  stripeApiKey: readEnvironmentVariable('BILLING_STRIPE_API_KEY', '')
  stripeWebhookSecret: readEnvironmentVariable('BILLING_STRIPE_WEBHOOK_SECRET', '')
}

param storageSku = 'Standard_LRS'
param documentRetentionDays = 1
param documentsLocked = false
param protect = false
param privateNetwork = false
param alwaysReady = 0
param maximumInstances = 40
param logRetentionDays = 30
param logDailyCapGb = 1
param operatorEmails = ['billing-dev@cloudcrm.example']
param monthlyBudget = 50
param budgetStart = '2026-12-01'
