// What a person is woken for. Every rule looks for log entries by their names: LogEvents in Billing.Core, held against this file by a test.

param name string
param location string
param tags object
param workspaceId string
param operatorEmails string[]
param monthlyBudget int
param budgetStart string

@description('An entry of this name more often than that within a quarter of an hour is an alert.')
type watchedEvent = {
  event: string
  title: string
  @description('0: the service does not do its work. 1: money or a customer is concerned. 2: look at it today.')
  severity: 0 | 1 | 2
  tolerated: int
}

var watched watchedEvent[] = [
  { event: 'AccountFailed', title: 'A close or other work on an account fails', severity: 1, tolerated: 0 }
  { event: 'AccountOverlooked', title: 'An account was missed by the due index', severity: 1, tolerated: 0 }
  { event: 'MessagesGivenUp', title: 'A poison queue is not empty', severity: 1, tolerated: 0 }
  { event: 'FindingAdded', title: 'There is a finding to look at', severity: 2, tolerated: 0 }
  { event: 'CrmNotTold', title: 'The CRM does not take notifications', severity: 2, tolerated: 2 }
  { event: 'WebhookRefused', title: 'A webhook of Stripe is refused', severity: 1, tolerated: 0 }
  { event: 'StripeFailed', title: 'Stripe refuses or does not answer', severity: 1, tolerated: 4 }
  { event: 'RequestFailed', title: 'Requests fail', severity: 1, tolerated: 2 }
  { event: 'EventsLost', title: 'Events of Stripe may be lost', severity: 1, tolerated: 0 }
]

resource operators 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-${name}'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'billing'
    emailReceivers: [for email in operatorEmails: { name: email, emailAddress: email, useCommonAlertSchema: true }]
  }
}

resource seen 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for rule in watched: {
    name: 'alert-${name}-${rule.event}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: '${rule.title} (${name})'
      severity: rule.severity
      enabled: true
      scopes: [workspaceId]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT15M'
      // An entry with an exception is in the other table. Neither is there before the first entry.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: 'union isfuzzy=true AppTraces, AppExceptions | where tostring(Properties.EventName) == "${rule.event}"'
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: rule.tolerated
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      autoMitigate: true
      actions: { actionGroups: [operators.id] }
    }
  }
]

resource silent 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = {
  name: 'alert-${name}-NoTick'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'Nothing has looked for due accounts for ten minutes (${name})'
    severity: 0
    enabled: true
    scopes: [workspaceId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT10M'
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: 'union isfuzzy=true AppTraces, AppExceptions | where tostring(Properties.EventName) == "Tick"'
          timeAggregation: 'Count'
          operator: 'LessThan'
          threshold: 1
          failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
        }
      ]
    }
    autoMitigate: true
    actions: { actionGroups: [operators.id] }
  }
}

resource budget 'Microsoft.Consumption/budgets@2023-11-01' = {
  name: 'budget-${name}'
  properties: {
    category: 'Cost'
    amount: monthlyBudget
    timeGrain: 'Monthly'
    timePeriod: { startDate: budgetStart }
    notifications: {
      mostly: {
        enabled: true
        operator: 'GreaterThan'
        threshold: 80
        thresholdType: 'Actual'
        contactEmails: operatorEmails
      }
      foreseen: {
        enabled: true
        operator: 'GreaterThan'
        threshold: 100
        thresholdType: 'Forecasted'
        contactEmails: operatorEmails
      }
    }
  }
}
