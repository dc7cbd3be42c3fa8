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
  /** Of what failed before, only objects that failed with one of these codes are tried again; all where undefined. */
  readonly retryOnly?: readonly string[] | undefined;
}

const besides = z.object({
  tier: z.enum(LICENSE_TIERS).optional(),
  empty: z.enum(['freeze', 'remove']).optional(),
  retryOnly: z.array(z.string()).optional(),
});

/** As stored: the settings with the other members beside them. */
export const freezeSettings = (frozen: FrozenSettings): Record<string, unknown> => ({
  ...frozen.settings,
  ...(frozen.tier === undefined ? {} : { tier: frozen.tier }),
  ...(frozen.empty === undefined ? {} : { empty: frozen.empty }),
  ...(frozen.retryOnly === undefined ? {} : { retryOnly: frozen.retryOnly }),
});

/** @throws SternaError config where the stored settings are not ours */
export function thawSettings(stored: unknown): FrozenSettings {
  const { tier, empty, retryOnly, ...settings } = (stored ?? {}) as Record<string, unknown>;
  const parsed = besides.parse({ tier, empty, retryOnly });
  return {
    settings: parseSettings(settings),
    tier: parsed.tier,
    empty: parsed.empty,
    ...(parsed.retryOnly === undefined ? {} : { retryOnly: parsed.retryOnly }),
  };
}
