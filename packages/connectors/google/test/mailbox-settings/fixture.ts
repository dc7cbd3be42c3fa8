import { filters, type Material, type SuiteFixture } from '@sterna/connector-suite';

/** @param make an endpoint without a filter */
export const filterFixture = (make: SuiteFixture['make'], material: Material = filters): SuiteFixture => ({
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
