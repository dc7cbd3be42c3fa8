/** Entry point of the `sterna` program; bin/sterna starts it on the pinned Node. */
import v8 from 'node:v8';
import { main } from './main.ts';

// The heap may be four times what lives in it, which is the most that V8 allows itself. Left alone it takes far less for a pass,

v8.setFlagsFromString('--heap-growing-percent=300');

process.exitCode = await main(process.argv.slice(2));
