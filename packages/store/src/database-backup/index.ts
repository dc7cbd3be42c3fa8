export type { BackedUp } from './format.ts';
export { checkBackup } from './read.ts';
export { restoreDatabase } from './restore.ts';
export { backUpDatabase } from './write.ts';
