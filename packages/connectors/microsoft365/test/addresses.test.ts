import { expect, test } from 'vitest';
import { addresses, channelAddress, sharePointAddress } from '../src/addresses.ts';

const SITE = 'https://contoso.sharepoint.com/sites/x';
const query = '?groupId=11111111-1111-1111-1111-111111111111&tenantId=22222222-2222-2222-2222-222222222222';
const channel = `https://teams.microsoft.com/l/channel/19%3Aabc%40thread.tacv2${query}`;

test.each([
  [
    `${SITE}/Shared%20Documents/a/b%23.pdf?web=1`,
    [`${SITE}/Shared Documents/a/b#.pdf|`, `${SITE}/Shared Documents/a|b#.pdf`],
  ],
  [`${SITE.replace('contoso', 'CONTOSO')}/Docs/b.pdf`, [`${SITE}/Docs/b.pdf|`, `${SITE}/Docs|b.pdf`]],
  [
    'https://contoso.sharepoint.com/:w:/r/sites/x/Docs/b.docx?d=w1&csf=1',
    [`${SITE}/Docs/b.docx|`, `${SITE}/Docs|b.docx`],
  ],
  [`${SITE}/Lists/L/DispForm.aspx?ID=07&Source=y`, [`${SITE}/Lists/L|7`]],
  [`${SITE}/Lists/L/AllItems.aspx`, [`${SITE}/Lists/L|`, `${SITE}/Lists|L`]],
  [`${SITE}/Docs/Forms/AllItems.aspx?id=%2Fsites%2Fx%2FDocs%2Fsub`, [`${SITE}/Docs/sub|`, `${SITE}/Docs|sub`]],
  [
    `https://teams.microsoft.com/l/message/19%3Aabc%40thread.tacv2/1700000000000${query}&createdTime=1`,
    [`${channel}|1700000000000`],
  ],
  [`https://teams.microsoft.com/l/channel/19%3aabc%40thread.tacv2/General${query}`, [`${channel}|`]],
  // Nothing that could be told from the text.
  ['https://contoso.sharepoint.com/:w:/g/sites/x/EabcDEF?e=1', []],
  [`${SITE}/_layouts/15/Doc.aspx?sourcedoc=%7B1%7D&file=b.docx`, []],
  ['https://teams.microsoft.com/l/message/19%3Aabc%40thread.tacv2/1700000000000', []],
  [`${SITE}/Lists/L/DispForm.aspx?ID=x`, []],
  [`${SITE}/%E0%A4%A`, []],
  ['https://contoso.sharepoint.com.evil.example/sites/x', []],
  ['http://contoso.sharepoint.com/sites/x', []],
  ['nonsense', []],
])('reads %s', (address, expected) => {
  expect(addresses.read(address).map(({ container, name }) => `${container}|${name}`)).toEqual(expected);
});

test('what is written is read as the same', () => {
  const folder = sharePointAddress(`${SITE}/Shared%20Documents`, ["it's (1) 100%"]) as string;
  expect(addresses.read(addresses.of(folder, 'file', "a'#?&.pdf", ''))[1]).toEqual({
    container: folder,
    name: "a'#?&.pdf",
  });
  expect(addresses.read(addresses.of(folder, 'file', '', ''))[0]).toEqual({ container: folder, name: '' });
  expect(addresses.read(addresses.of(`${SITE}/Lists/L`, 'listItem', 'GUID/7', ''))).toEqual([
    { container: `${SITE}/Lists/L`, name: '7' },
  ]);
  expect(addresses.idOf('listItem', 'list:GUID', '7')).toBe('GUID/7');
  const there = channelAddress(
    `https://teams.microsoft.com/l/channel/19%3Aabc%40thread.tacv2/General${query}`,
  ) as string;
  expect(there).toBe(channel);
  expect(addresses.read(addresses.of(there, 'post', '1700000000000', ''))).toEqual([
    { container: channel, name: '1700000000000' },
  ]);
});
