import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ItemType } from '@sterna/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { itemTypesOf, standInFor } from '../src/rehearsal/choose.ts';
import type { StandIn } from '../src/rehearsal/stand-in.ts';
import { testFolder } from './sterna.ts';

let folder: Awaited<ReturnType<typeof testFolder>>;
beforeAll(async () => {
  folder = await testFolder();
});
afterAll(() => folder.remove());

interface Wanted {
  readonly connector: string;
  readonly side: 'source' | 'target';
  readonly people?: readonly { readonly address: string; readonly messages: number; readonly files: number }[];
  readonly places?: readonly (readonly [itemType: ItemType, address: string])[];
}

async function withStandIn(
  { connector, side, people = [{ address: 'ann@tern.example', messages: 4, files: 5 }], places = [] }: Wanted,
  look: (standIn: StandIn) => Promise<void>,
): Promise<void> {
  const standIn = await standInFor({
    side,
    real: { name: 'Real', connector, settings: {} },
    people,
    places: places.map(([itemType, address]) => ({ itemType, address, objects: 10 })),
    seed: 'stand-ins',
    folder: join(folder.path, `${connector}-${side}`),
  });
  try {
    await look(standIn);
    expect([standIn.failures(), standIn.mailed()]).toEqual([[], 0]);
  } finally {
    await standIn.stop();
  }
}

test('an IMAP server that is read from has its people by any name, mail alone, and all of it is counted', () =>
  withStandIn(
    { connector: 'imap', side: 'source', people: [{ address: 'ann', messages: 12, files: 0 }] },
    async (standIn) => {
      expect(standIn.kinds).toEqual(['message']);
      expect(standIn.addressOf('ann')).toBe('ann@nordwind.example');
      expect((await standIn.holds('mailbox', standIn.addressOf('ann'))).message).toBeGreaterThan(12);
    },
  ));

test('a folder that is written to is counted by kind, in the backup format and as files', async () => {
  const put = async (root: string, paths: readonly string[]) => {
    for (const path of paths) {
      await mkdir(join(root, path, '..'), { recursive: true });
      await writeFile(join(root, path), 'x');
    }
  };
  await withStandIn({ connector: 'imap', side: 'target' }, async (standIn) => {
    const [here, root] = [standIn.addressOf('../ann'), join(folder.path, 'imap-target')];
    expect(await standIn.holds('mailbox', here)).toEqual({});
    await put(join(root, here), [
      ...['mail/cur/1.a:2,S', 'mail/.Sent/new/2.b', 'mail/.Sent/maildirfolder', 'mail/tmp/3.c'],
      ...['calendars/Home/1.ics', 'calendars/Home/properties.json', 'tasks/To do/1.ics', 'contacts/Book/1.vcf'],
    ]);
    expect(await standIn.holds('mailbox', here)).toEqual({ message: 2, event: 1, task: 1, contact: 1 });
  });
  await withStandIn({ connector: 'webdav', side: 'target' }, async (standIn) => {
    await put(join(folder.path, 'webdav-target', standIn.addressOf('ann')), ['a.txt', 'b/c.txt']);
    expect(await standIn.holds('drive', standIn.addressOf('ann'))).toEqual({ file: 2 });
  });
});

const PLACES = {
  microsoft365: [
    ['site', 'old.sharepoint.com/sites/Sales'],
    ['site', 'https://old.sharepoint.com/teams/sales'],
    ['group', 'board@old.example'],
    ['team', 'board@older.example'],
  ],
  google: [
    ['group', 'board@old.example'],
    ['team', 'Crew'],
    ['team', 'spaces/AAAAxyz'],
    ['drive', '0Aabcdefghijklmn'],
  ],
} as const;

test.each(['microsoft365', 'google'] as const)(
  'what is shared at %s has contents in a source alone',
  async (connector) => {
    const places = PLACES[connector];
    const counted = async (side: 'source' | 'target'): Promise<number[]> => {
      const counts: number[] = [];
      await withStandIn({ connector, side, places }, async (standIn) => {
        // One for each, whatever they are called.
        expect(new Set(places.map(([, address]) => standIn.addressOf(address))).size).toBe(places.length);
        for (const [itemType, address] of places) {
          const held = await standIn.holds(itemType, standIn.addressOf(address));
          counts.push(Object.values(held).reduce((sum, n) => sum + n, 0));
        }
      });
      return counts;
    };
    expect(await counted('target')).toEqual(places.map(() => 0));
    // Of a Google group there is no API that would read what was said.
    expect((await counted('source')).map((n) => n >= 9)).toEqual(
      places.map(([itemType]) => connector !== 'google' || itemType !== 'group'),
    );
  },
);

test('what has no stand-in is known before', () => {
  expect(itemTypesOf('google')).not.toContain('site');
  expect(itemTypesOf('microsoft365')).toContain('site');
  expect(itemTypesOf('backup')).toEqual(['mailbox', 'drive']);
});
