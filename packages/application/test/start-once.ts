/**
 * A process of its own that starts one entry: `start-once.ts DATABASE_URL DATA_DIR ORGANIZATION ENTRY`. It says `ready`,
 * starts at the first byte on its standard input, and prints what came of it as one JSON line.
 */
import { asSternaError } from '@sterna/core';
import { startPass } from '../src/index.ts';
import { processContext } from './process-context.ts';

const [url, dataDir, organization, entry] = process.argv.slice(2);
const { context, database } = await processContext(url, dataDir);
await database.pool.query('select 1');
process.stdout.write('ready\n');
await new Promise((resolve) => process.stdin.once('data', resolve));
const actor = {
  organizationId: Number(organization),
  accountId: 1,
  name: `process ${process.pid}`,
  role: 'owner',
  scopes: ['read', 'operate'],
  projects: new Map(),
} as const;
const result = await startPass(context, actor, { entryId: Number(entry) }).then(
  ({ pass, burned }) => ({ pass: pass.number, burned: burned?.id }),
  (error) => ({ refused: asSternaError(error).code }),
);
process.stdout.write(`${JSON.stringify(result)}\n`);
await database.close();
process.exit(0);
