import { z } from 'zod';
import { LICENSE_TIERS, type LicenseTier } from './kinds.ts';
import { parseSettings, type Settings } from './settings.ts';

/**
 * What a pass freezes in its `settings` column when it starts: the merged settings, and beside them what else of that
 * moment decides.
 */
export interface FrozenSettings {
  readonly settings: Settings;
  /** License that a writing pass runs on; absent for passes that need none. */
  readonly tier: LicenseTier | undefined;
  /** Passes of kind `empty`: `freeze` lists what is there, `remove` removes exactly what was listed. */
  readonly empty: 'freeze' | 'remove' | undefined;
  /** Passes of kind `undo`: which pass they take back, and whether they just say what that would do. */
  readonly undo?: UndoOrder | undefined;
  /** Of what failed before, only objects that failed with one of these codes are tried again; all where undefined. */
  readonly retryOnly?: readonly string[] | undefined;
}

export interface UndoOrder {
  /** Number of the pass, within its entry. */
  readonly pass: number;
  readonly mode: 'plan' | 'remove';
}

const besides = z.object({
  tier: z.enum(LICENSE_TIERS).optional(),
  empty: z.enum(['freeze', 'remove']).optional(),
  undo: z.object({ pass: z.number().int().positive(), mode: z.enum(['plan', 'remove']) }).optional(),
  retryOnly: z.array(z.string()).optional(),
});

/** As stored: the settings with the other members beside them. */
export const freezeSettings = (frozen: FrozenSettings): Record<string, unknown> => ({
  ...frozen.settings,
  ...(frozen.tier === undefined ? {} : { tier: frozen.tier }),
  ...(frozen.empty === undefined ? {} : { empty: frozen.empty }),
  ...(frozen.undo === undefined ? {} : { undo: frozen.undo }),
  ...(frozen.retryOnly === undefined ? {} : { retryOnly: frozen.retryOnly }),
});

/** @throws SternaError config where the stored settings are not ours */
export function thawSettings(stored: unknown): FrozenSettings {
  const { tier, empty, undo, retryOnly, ...settings } = (stored ?? {}) as Record<string, unknown>;
  const parsed = besides.parse({ tier, empty, undo, retryOnly });
  return {
    settings: parseSettings(settings),
    tier: parsed.tier,
    empty: parsed.empty,
    ...(parsed.undo === undefined ? {} : { undo: parsed.undo }),
    ...(parsed.retryOnly === undefined ? {} : { retryOnly: parsed.retryOnly }),
  };
}
