// What a caller of the typed client does. node client.mjs <api> <account> <token>
import { Api } from '../../clients/typescript/dist/billing.js';

const [api, account, token] = process.argv.slice(2);
const billing = new Api({ baseUrl: api, securityWorker: (bearer) => ({ headers: { Authorization: `Bearer ${bearer}` } }) });
billing.setSecurityData(token);

const { data: preview } = await billing.accounts.previewPlanChange(account, { plan: 'pro' });
const { data: changed } = await billing.accounts.changePlan(
  account, { plan: 'pro', confirmation: preview.confirmation }, { headers: { 'Idempotency-Key': `client-${account}` } });
const { data: overview } = await billing.accounts.getOverview(account);
const refused = await billing.accounts.previewPlanChange(account, { plan: 'pro' }).catch((refusal) => refusal);
const { data: pdf } = await billing.accounts.getInvoicePdf(account, changed.invoice.id, {}, { format: 'blob' });

if (preview.grossCents !== changed.invoice.grossCents) throw new Error('another amount than was shown');
console.log(preview.kind, changed.plan, overview.today, refused.status, refused.error.code, (await pdf.slice(0, 5).text()));
