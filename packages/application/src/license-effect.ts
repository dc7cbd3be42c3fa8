import { decideBurn, type LicenseState, type LicenseTier, licenseTypeOf, SternaError } from '@sterna/core';
import type { EntryRow } from '@sterna/store';
import type { LicenseEffect } from './plan-types.ts';

/** What a start would burn, and why it would be refused. @param entryId the entry that would burn; 0 for one that doesn't exist yet */
export function licenseEffect(
  licenses: LicenseState,
  entry: EntryRow,
  entryId: number,
  tier: LicenseTier | undefined,
): { effect: LicenseEffect; refusal: SternaError | undefined } {
  const type = licenseTypeOf(entry.item_type);
  const facts = decideBurn(licenses, { entry: entryId, type, tier });
  if (facts instanceof SternaError) {
    const balance = licenses.balance(type, tier ?? 'standard');
    return {
      effect: { type, burns: undefined, balance, leftAfter: undefined, words: facts.message },
      refusal: facts,
    };
  }
  const burn = facts.findLast((fact) => fact.kind === 'burn');
  if (burn === undefined) {
    const held = licenses.burnedOf(entryId);
    return {
      effect: {
        type,
        burns: undefined,
        balance: held === undefined ? undefined : licenses.balance(type, held.tier),
        leftAfter: undefined,
        words: `This is a delta pass on the license ${held?.id} (${held?.tier}); it costs nothing.`,
      },
      refusal: undefined,
    };
  }
  const balance = licenses.balance(type, burn.data.tier);
  const isFromBalance = facts.some((fact) => fact.kind === 'assign');
  const leftAfter = balance.available - (isFromBalance ? 1 : 0);
  const upgrade = burn.data.upgrades === undefined ? '' : `, which upgrades the trial ${burn.data.upgrades} in place`;
  return {
    effect: {
      type,
      burns: { tier: burn.data.tier, id: isFromBalance ? undefined : burn.license },
      balance,
      leftAfter,
      words: `Starting burns 1 ${burn.data.tier} ${type} license${upgrade}; ${leftAfter} ${leftAfter === 1 ? 'is' : 'are'} left afterwards.`,
    },
    refusal: undefined,
  };
}
