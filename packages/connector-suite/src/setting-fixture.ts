import type { SuiteFixture } from './fixture.ts';
import type { Material } from './material.ts';

/**
 * Objects that are listed whole, in one collection of the account's own: rules and other settings of a mailbox, members
 * of a group.
 *
 * @param make an endpoint without any of them
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
