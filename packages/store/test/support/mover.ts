/** A process that moves a database and dies at the nth step of that, as SIGKILL has it. Its arguments are JSON. */
import { MOVER, moveDatabase, openDatabase } from '../../src/index.ts';

const { from, to, dieAt } = JSON.parse(process.argv[2] ?? '') as { from: object; to: object; dieAt: number };
const open = (place: object) => openDatabase({ ...place, applicationName: MOVER, evenIfMoved: true });
let step = 0;
await moveDatabase({
  from: await open(from),
  to: await open(to),
  onStep: () => {
    step += 1;
    if (step === dieAt) process.kill(process.pid, 'SIGKILL');
  },
});
