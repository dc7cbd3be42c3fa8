/** A process of its own that runs what is due: `run-schedules.ts DATABASE_URL DATA_DIR`. Made to be killed. */
import { runSchedules } from '../src/index.ts';
import { processContext } from './process-context.ts';

const [url, dataDir] = process.argv.slice(2);
const { context, database } = await processContext(url, dataDir);
await runSchedules(context, { leaseSeconds: 1 });
process.stdout.write('done\n');
await database.close();
