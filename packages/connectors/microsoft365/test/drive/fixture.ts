import { files, type SuiteFixture } from '@sterna/connector-suite';

/** @param make an endpoint without any file */
export const driveFixture = (make: SuiteFixture['make']): SuiteFixture => ({
  material: files,
  keepsFlags: false,
  keepsDates: true,
  make,
  // SharePoint takes none of these names.
  notSeedable: [
    'a name like a query',
    'a name of markup',
    'a name with a backslash',
    'a name of two lines',
    'spaces at both ends',
    'a dot at the end',
    'a device',
    'a name of three dots',
  ],
  folderNames: [
    ['Grüße', 'Küsse & 請求書'],
    ['.hidden folder'],
    ['#1 50% & b'],
    ['a;b=c+d'],
    ['Documents', 'Below', 'Below'],
  ],
});
