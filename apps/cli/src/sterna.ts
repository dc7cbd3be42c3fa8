/** Entry point of the `sterna` program; bin/sterna starts it on the pinned Node. */
import { main } from './main.ts';

process.exitCode = await main(process.argv.slice(2));
