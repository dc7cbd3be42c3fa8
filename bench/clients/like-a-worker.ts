import { constants, setPriority } from 'node:os';
import v8 from 'node:v8';

/** Makes of this process what `sterna worker` makes of itself (apps/cli/src: sterna.ts and commands/serve.ts). */
export function likeWorker(): void {
  v8.setFlagsFromString('--heap-growing-percent=300');
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
}
