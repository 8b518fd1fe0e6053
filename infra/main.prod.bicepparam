using 'main.bicep'

import { common } from 'settings.bicep'

param environmentName = 'prod'
param location = 'germanywestcentral'

param settings = {
  ...common
  Auth__Authority: 'https://login.cloudcrm.example'
  Crm__WebhookUrl: 'https://crm.cloudcrm.example/webhooks/billing'
  Page__Origins: 'https://crm.cloudcrm.example'
}

param secrets = {
  confirmationKey: readEnvironmentVariable('BILLING_CONFIRMATION_KEY', '')
  crmWebhookSecret: readEnvironmentVariable('BILLING_CRM_WEBHOOK_SECRET', '')
  stripeApiKey: readEnvironmentVariable('BILLING_STRIPE_API_KEY', '')
  stripeWebhookSecret: readEnvironmentVariable('BILLING_STRIPE_WEBHOOK_SECRET', '')
}

param storageSku = 'Standard_GZRS'
param documentRetentionDays = 3287
param documentsLocked = false
param protect = true
param privateNetwork = true
param alwaysReady = 1
param maximumInstances = 100
param logRetentionDays = 90
param logDailyCapGb = -1
param operatorEmails = ['billing-operators@cloudcrm.example']
param monthlyBudget = 400
param budgetStart = '2026-12-01'
