import { expect, test } from 'vitest';
import { FILES, find, start } from './support.ts';

test('the seed gives people files that are awkward, shared and native, the same each time', async () => {
  const [one, two] = [await start({ empty: false }), await start({ empty: false })];
  const [alice, again] = [await one.person('alice'), await two.person('alice')];
  const q = "'me' in owners and trashed = false";
  const more = '&pageSize=1000&orderBy=name';
  const names = await find(alice, q, more);
  expect(await find(again, q, more)).toEqual(names);
  expect(names.filter((name) => name === 'Twins.txt')).toHaveLength(2);
  expect(names).toContain('a/b.txt');
  expect(await find(await one.person('bjorn'), 'sharedWithMe = true')).toEqual(['Shared']);
  expect((await alice('GET', '/drive/v3/drives?fields=drives/name')).json.drives).toEqual([
    { name: 'Projects' },
    { name: 'Sales' },
  ]);
  const shortcuts = `${FILES}?q=mimeType+%3D+'application/vnd.google-apps.shortcut'&fields=files(shortcutDetails/targetMimeType)`;
  expect((await alice('GET', shortcuts)).json.files).toEqual([{ shortcutDetails: { targetMimeType: 'text/plain' } }]);
});
