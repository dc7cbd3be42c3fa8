import { type SuiteFixture, settings } from '@sterna/connector-suite';

/** @param make an endpoint without a rule */
export const rulesFixture = (make: SuiteFixture['make']): SuiteFixture => ({
  make,
  material: settings,
  oneCollection: true,
  fixedContainers: true,
  // All of them are listed at once.
  pagedMessages: 0,
  readsBackAll: true,
  keepsFlags: false,
  keepsDates: false,
  keepsLook: { color: false, description: false },
});
