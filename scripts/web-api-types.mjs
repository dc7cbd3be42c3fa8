/**
 * Writes the types of the dashboard's API client from the OpenAPI document: `npm run api-types -w @sterna/web`.
 * The document comes from the server's own code, asked without a socket or a database. The result is committed, so
 * that editors and the type check need no build; `--check` says whether it is what the routes are now.
 *
 * It lies here because the dashboard itself may know nothing of the server but its description.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { createLog, createServer } from '@sterna/server';

const OUT = fileURLToPath(new URL('../apps/web/src/api/schema.d.ts', import.meta.url));
const HEAD = `// Made from the OpenAPI document by \`npm run api-types -w @sterna/web\`. Do not edit.
// biome-ignore-all lint: generated
// biome-ignore-all format: generated
`;

// It needs the TypeScript of its own package's folder.
const require = createRequire(new URL('../apps/web/package.json', import.meta.url));
const { default: openapiTs, astToString } = require('openapi-typescript');

// Nothing is asked but the description, so nothing behind the routes is needed.
const app = await createServer({
  application: {},
  version: '0',
  log: createLog({ level: 'silent' }),
  secureCookies: false,
});
const document = (await app.inject('/api/openapi.json')).json();
await app.close();
const types = HEAD + astToString(await openapiTs(document, { alphabetize: false, defaultNonNullable: false }));

if (process.argv.includes('--check')) {
  const same = (await readFile(OUT, 'utf8').catch(() => '')) === types;
  if (!same) console.error('The types of the API are out of date: run `npm run api-types -w @sterna/web`.');
  process.exitCode = same ? 0 : 1;
} else {
  await writeFile(OUT, types);
}
