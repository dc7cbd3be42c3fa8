import { fuzz } from '@sterna/test-servers/fuzz';
import { expect, test } from 'vitest';
import { formatUserList, parseCsv, readMapping, readUserList, SternaError } from '../src/index.ts';

const documented = (thrown: unknown): boolean => thrown instanceof SternaError && thrown.class === 'config';
const WORDS = [
  '"',
  '""',
  ',',
  ';',
  '\t',
  '\r\n',
  '\n',
  '\r',
  '\0',
  '\ufeff',
  '\ufffe',
  '=cmd()',
  "'",
  'source_address',
  'target_address',
  '__proto__',
  '@',
  '*',
];
const LISTS = [
  'source_address,target_address,batch,item_type\r\na@x,b@y,"one, two",mailbox\r\n"c ""d""@x",e@y,,\r\n',
  'source;target\nä@x;ö@y\n',
  Buffer.from('\ufeffsource_address\ttarget_address\r\na@x\tb@y\r\n', 'utf16le'),
];

test('the user list: every line is an entry or a problem that names it', () => {
  fuzz({ seeds: LISTS, words: WORDS, documented, cases: 4_000 }, (bytes) => {
    const { problems } = readUserList(bytes);
    for (const problem of problems) expect(problem.line).toBeGreaterThan(0);
  });
});

test('the mapping table, and CSV as such', () => {
  const seeds = ['source,target,kind\r\na@x,b@y,user\r\nx.example,y.example,domain\r\n', ...LISTS];
  fuzz({ seeds, words: WORDS, documented, cases: 4_000 }, (bytes) => readMapping(bytes));
  fuzz({ seeds, words: WORDS, documented, cases: 4_000 }, (bytes) => parseCsv(bytes.toString()));
});

test('an address that is a formula is none in a spreadsheet', () => {
  const entry = { itemType: 'mailbox', sourceAddress: '=HYPERLINK("http://evil")', targetAddress: '+1@x' } as never;
  expect(formatUserList([entry])).not.toMatch(/(?:^|[,;"])[=+]/m);
});
