import { files, type Material, type SuiteFixture } from '@sterna/connector-suite';

/** @param make an endpoint without a file */
export const driveFixture = (make: SuiteFixture['make'], material: Material = files): SuiteFixture => ({
  make,
  material,
  keepsFlags: false,
  keepsDates: true,
  folderBesideFile: true,
  pagedMessages: 0,
});
