// The settings of the service that do not follow from what is deployed. docs/settings.md says what each is for.

@export()
@description('A setting that is missing or misspelt in a parameter file is an error there. Empty means: not set, so its default.')
@sealed()
type serviceSettings = {
  OTEL_EXPORTER_OTLP_ENDPOINT: string
  Auth__Authority: string
  Auth__Audience: string
  Auth__StaffAuthority: string
  Crm__WebhookUrl: string
  Stripe__ApiBase: string
  Page__Origins: string
  Limits__PreviewsAtOnce: string
  Limits__PreviewsPerMinute: string
  Limits__SessionsAtOnce: string
  Limits__SessionsPerMinute: string
  Retention__StaffMonths: string
  Calendar__Land: string
  Access__ReminderAfter: string
  Access__NoticeAfter: string
  Access__WarningAfter: string
  Access__SuspensionAfter: string
  Access__WithoutMethodAfter: string
  Access__FindingAfter: string
  Seller__Name: string
  Seller__Line1: string
  Seller__Line2: string
  Seller__PostalCode: string
  Seller__City: string
  Seller__Country: string
  Seller__Email: string
  Seller__VatId: string
  Seller__TaxNumber: string
  Seller__Register: string
  Seller__ManagingDirector: string
  Seller__BankName: string
  Seller__Iban: string
  Seller__Bic: string
  Seller__CreditorId: string
  Seller__Logo: string
  Datev__Consultant: string
  Datev__Client: string
  Datev__Chart: string
  Datev__AccountLength: string
  Datev__FiscalYearBegins: string
  Datev__DebtorAccount: string
  Datev__RevenueAccount16: string
  Datev__RevenueAccount19: string
  Datev__RevenueAccountReverseCharge: string
  Datev__RevenueAccountOutsideEu: string
}

@export()
@description('What both environments have in common: the seller, and the service\'s own defaults.')
var common = {
  OTEL_EXPORTER_OTLP_ENDPOINT: ''
  Auth__Audience: 'cloudcrm-billing'
  Auth__StaffAuthority: ''
  Stripe__ApiBase: ''
  Limits__PreviewsAtOnce: ''
  Limits__PreviewsPerMinute: ''
  Limits__SessionsAtOnce: ''
  Limits__SessionsPerMinute: ''
  Retention__StaffMonths: ''
  Calendar__Land: 'None'
  Access__ReminderAfter: ''
  Access__NoticeAfter: ''
  Access__WarningAfter: ''
  Access__SuspensionAfter: ''
  Access__WithoutMethodAfter: ''
  Access__FindingAfter: ''
  Seller__Name: 'CloudCRM GmbH'
  Seller__Line1: 'Beispielstraße 1'
  Seller__Line2: ''
  Seller__PostalCode: '10115'
  Seller__City: 'Berlin'
  Seller__Country: 'DE'
  Seller__Email: 'rechnung@cloudcrm.example'
  Seller__VatId: 'DE123456788'
  Seller__TaxNumber: '30/123/45678'
  Seller__Register: 'Amtsgericht Charlottenburg, HRB 123456'
  Seller__ManagingDirector: 'Erika Beispiel'
  Seller__BankName: 'Beispielbank'
  Seller__Iban: 'DE02120300000000202051'
  Seller__Bic: 'BYLADEM1001'
  Seller__CreditorId: 'DE98ZZZ09999999999'
  Seller__Logo: 'M6 20A5.5 5.5 0 0 1 6.6 9.1A8.5 8.5 0 0 1 23 8.2A6 6 0 0 1 23.4 20Z'
  Datev__Consultant: '1001'
  Datev__Client: '1'
  Datev__Chart: ''
  Datev__AccountLength: ''
  Datev__FiscalYearBegins: ''
  Datev__DebtorAccount: ''
  Datev__RevenueAccount16: ''
  Datev__RevenueAccount19: ''
  Datev__RevenueAccountReverseCharge: ''
  Datev__RevenueAccountOutsideEu: ''
}

@export()
@description('Values for the vault, by what they are.')
@secure()
@sealed()
type secretValues = {
  confirmationKey: string
  crmWebhookSecret: string
  stripeApiKey: string
  stripeWebhookSecret: string
}
