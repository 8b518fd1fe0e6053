// The contract as the generator needs it: node contract.mjs <from> <to>
import { readFileSync, writeFileSync } from 'node:fs';

const [from, to] = process.argv.slice(2);
const contract = JSON.parse(readFileSync(from, 'utf8'));
for (const path of Object.keys(contract.paths)) {
  // What browsers, Stripe and tools ask for.
  if (/^\/(stripe|element|openapi)/.test(path)) delete contract.paths[path];
}
// Kiota takes what may answer 304 for something that answers nothing; callers of the client never ask conditionally.
for (const operations of Object.values(contract.paths)) {
  for (const operation of Object.values(operations)) delete operation.responses?.[304];
}
writeFileSync(to, JSON.stringify(contract));
