import type { SuiteFixture } from './fixture.ts';
import type { Material } from './material.ts';

/**
 * Rules of a mailbox: one collection of the account's own, listed whole.
 *
 * @param make an endpoint without a rule
 */
export const settingFixture = (make: SuiteFixture['make'], material: Material): SuiteFixture => ({
  make,
  material,
  oneCollection: true,
  fixedContainers: true,
  // All of them are listed at once.
  pagedMessages: 0,
  readsBackAll: true,
  keepsFlags: false,
  keepsDates: false,
  keepsLook: { color: false, description: false },
});
