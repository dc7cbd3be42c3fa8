/** Entry point of the `sterna` program; bin/sterna starts it on the pinned Node. */
import v8 from 'node:v8';
import { main } from './main.ts';

// Four times what lives in it, the most that V8 allows itself: left alone, it goes through all of a worker's heap twice a second
// (docs/decisions/0044).
v8.setFlagsFromString('--heap-growing-percent=300');

process.exitCode = await main(process.argv.slice(2));
