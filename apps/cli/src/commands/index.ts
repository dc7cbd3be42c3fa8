import type { Command } from 'commander';
import { registerCopy } from './copy.ts';

/** Command groups in the order of the help. */
export const commandGroups: readonly ((program: Command) => void)[] = [registerCopy];
