/**
 * A process of its own for the tests: opens the database in `argv[2]`, writes rows one by one and prints the number of
 * each that was acknowledged. A line on stdin makes it close and end; `idle` as `argv[3]` makes it write nothing.
 */
import { openDatabase } from '../../src/database.ts';

const [, , dataDir, mode] = process.argv;
let isStopping = false;
process.stdin.once('data', () => {
  isStopping = true;
});

try {
  const database = await openDatabase({ dataDir });
  // Two at the same time: "if not exists" alone is a race, one of them would be told that the name is taken.
  await database.pool.query(`begin; select pg_advisory_xact_lock(1);
    create table if not exists acknowledged (pid bigint, n bigint); commit`);
  console.log('open');
  for (let n = 1; !isStopping; n++) {
    if (mode === 'idle') {
      await new Promise((resolve) => setTimeout(resolve, 10));
      continue;
    }
    await database.pool.query('insert into acknowledged values ($1, $2)', [process.pid, n]);
    console.log(n);
  }
  await database.close();
  process.stdin.destroy();
} catch (error) {
  console.log(JSON.stringify({ ...(error as object), message: (error as Error).message }));
  process.exit(1);
}
