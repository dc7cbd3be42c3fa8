import { expect, test } from 'vitest';
import { driveAddresses } from '../../src/drive/addresses.ts';

const ID = '1AbC-def_GHIjkl';
const { read } = driveAddresses(() => {
  throw new Error('nothing is asked to read an address');
});

test.each([
  `https://drive.google.com/drive/folders/${ID}`,
  `https://drive.google.com/drive/u/0/folders/${ID}?usp=sharing`,
  `https://drive.google.com/a/nordwind.example/file/d/${ID}/view`,
  `https://drive.google.com/file/d/${ID}/view#page=2`,
  `https://drive.google.com/open?id=${ID}`,
  `https://drive.google.com/uc?export=download&id=${ID}`,
  `https://docs.google.com/document/d/${ID}/edit#heading=h.1`,
  `https://docs.google.com/spreadsheets/u/1/d/${ID}/edit?gid=0`,
  `https://docs.google.com/a/nordwind.example/presentation/d/${ID}`,
])('%s holds an id', (address) => {
  expect(read(address)).toEqual([{ container: `https://drive.google.com/drive/folders/${ID}`, name: '' }]);
});

test.each([
  `http://drive.google.com/file/d/${ID}/view`,
  `https://drive.google.com.evil.example/file/d/${ID}`,
  `https://docs.google.com/document/d/e/2PACX-${ID}/pub`,
  'https://drive.google.com/drive/my-drive',
  `https://drive.google.com/open?id=${ID}'or`,
  `https://example.com/?u=https://drive.google.com/file/d/${ID}`,
  'no address',
])('%s says nothing of a file', (address) => {
  expect(read(address)).toEqual([]);
});
