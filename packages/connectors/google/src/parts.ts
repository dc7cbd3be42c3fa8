import type { PartDefinition } from './part.ts';

/** In the order in which containers are listed and `check` speaks of them. */
export const PARTS: readonly PartDefinition[] = [];
