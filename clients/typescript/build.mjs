// The client of the contract as it stands: generated, checked and compiled into dist/. node build.mjs
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { generateApi } from 'swagger-typescript-api';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

mkdirSync(here('obj'), { recursive: true });
await generateApi({
  input: here('../../Billing.Functions/openapi.json'),
  output: here('obj'),
  fileName: 'billing.ts',
  cleanOutput: true,
  extractEnums: false,
  silent: true,
});
execFileSync(process.execPath, [here('../../node_modules/typescript/bin/tsc'), '-p', here('.')], { stdio: 'inherit' });
