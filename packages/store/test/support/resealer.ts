import { openDatabase } from '../../src/database.ts';
import { resealAll } from '../../src/sealed-columns.ts';
import { openSecrets } from '../../src/secrets.ts';

/** `node resealer.ts DATABASE_URL DATA_DIR`: tells of each page, and waits to be killed after the second. */
const [, , url = '', dataDir = ''] = process.argv;
const database = await openDatabase({ url });
let pages = 0;
await resealAll(database.pool, await openSecrets({ dataDir }), (resealed) => {
  pages += 1;
  if (pages < 2) return;
  process.stdout.write(`${resealed}\n`);
  // For good: the process does nothing more until it is killed.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});
