import { canonicalJson, type LicenseTier, type Settings } from '@sterna/core';

/** `trial` licenses migrate this much of each kind, to test with one item first. */
export const TRIAL_OBJECTS = 10;
export const TRIAL_BYTES = 100_000_000;

export interface PassSettings {
  readonly settings: Settings;
  readonly tier: LicenseTier;
  /** What decides over filtered objects: when it differs from a container's, its listing starts from scratch. */
  readonly planVersion: string;
}

export function passSettings(settings: Settings, tier: LicenseTier): PassSettings {
  return {
    settings,
    tier,
    planVersion: canonicalJson({
      dateFilter: settings.dateFilter,
      sizeLimit: settings.sizeLimit ?? null,
      tier,
    }),
  };
}
