import { canonicalJson, type LicenseTier, type Settings } from '@sterna/core';

/** `trial` licenses migrate this much of each kind, to test with one item first. */
export const TRIAL_OBJECTS = 10;
export const TRIAL_BYTES = 100_000_000;

export interface PassSettings {
  readonly settings: Settings;
  readonly tier: LicenseTier;
  /** Codes of the failures that this pass tries again; all where undefined. */
  readonly retryOnly: readonly string[] | undefined;
  /** What decides over filtered objects: when it differs from a container's, its listing starts from scratch. */
  readonly planVersion: string;
}

export function passSettings(
  settings: Settings,
  tier: LicenseTier,
  retryOnly?: readonly string[] | undefined,
): PassSettings {
  return {
    settings,
    tier,
    retryOnly,
    planVersion: canonicalJson({
      dateFilter: settings.dateFilter,
      sizeLimit: settings.sizeLimit ?? null,
      tier,
      // Absent where it isn't set: containers that were listed before there was such a setting needn't be listed again.
      ...(settings.postLimit === undefined ? {} : { postLimit: settings.postLimit }),
    }),
  };
}
