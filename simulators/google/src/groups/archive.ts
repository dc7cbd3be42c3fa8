import { stateOf } from '@sterna/simulator-kit';
import type { Group } from '../state/domain.ts';

/** Conversations of a group, which no API reads: the bytes as they came, the oldest first. */
export const archiveOf = stateOf((_: Group): Buffer[] => []);
