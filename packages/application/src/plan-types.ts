import type { Books, LicenseBalance, LicenseTier, LicenseType, SettingsDifference } from '@sterna/core';

/** One line of the checklist, answered live where it can be. */
export interface ChecklistLine {
  readonly name: string;
  /** `unknown`: nobody could be asked, and `evidence` says why. */
  readonly state: 'ok' | 'attention' | 'problem' | 'unknown';
  readonly evidence: string;
  readonly fix: string | undefined;
}

export interface LicenseEffect {
  readonly type: LicenseType;
  /** What starting burns; absent for a delta pass. */
  readonly burns: { readonly tier: LicenseTier; readonly id: string | undefined } | undefined;
  readonly balance: LicenseBalance | undefined;
  /** Available licenses of that tier afterwards. */
  readonly leftAfter: number | undefined;
  readonly words: string;
}

export interface Drift {
  /** Since the settings that the first writing pass froze. */
  readonly settings: readonly SettingsDifference[];
  readonly words: readonly string[];
}

export interface Estimate {
  /** As likely more as less (p50). */
  readonly seconds: number | undefined;
  /** Nine times of ten it is less. */
  readonly p90Seconds: number | undefined;
  readonly objects: number | undefined;
  readonly bytes: number | undefined;
  /** Seconds of one, at the same rates; known also where nobody counted the objects. */
  readonly perObject?: { readonly p50: number; readonly p90: number } | undefined;
  /** From which passes the rate comes, in words. */
  readonly basis: string;
}

export interface StartPlan {
  readonly entryId: number;
  readonly kind: 'initial' | 'delta';
  readonly license: LicenseEffect;
  readonly drift: Drift;
  readonly estimate: Estimate;
  readonly checklist: readonly ChecklistLine[];
  /** Plain sentences: archived twins, what a delta won't do … */
  readonly warnings: readonly string[];
  /** The error a start would give now, if any. */
  readonly refusal: { readonly code: string; readonly message: string; readonly fix: string | undefined } | undefined;
}

export interface RemigrationPlan {
  readonly entryId: number;
  readonly wouldDeltaDo: {
    readonly answer: 'yes' | 'no' | 'maybe';
    readonly reason: string;
  };
  /** What became of each object of the source, over all passes. */
  readonly books: Books;
  readonly license: LicenseEffect;
  readonly target: {
    /** By a live look, where the target could be asked. */
    readonly objects: number | undefined;
    readonly bytes: number | undefined;
    readonly folders: number | undefined;
    readonly seenAt: Date | undefined;
    readonly words: string;
  };
  /** What would be there twice if nothing is emptied and duplicate prevention is off. */
  readonly duplicates: { readonly objects: number | undefined; readonly words: string };
  readonly sourceChanged: {
    /** 0 to 1, since the last writing pass; undefined where the source could not be asked. */
    readonly share: number | undefined;
    readonly words: string;
  };
  readonly estimate: Estimate;
  readonly drift: Drift;
  readonly checklist: readonly ChecklistLine[];
  readonly warnings: readonly string[];
}
