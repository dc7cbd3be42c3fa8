import type { PassView } from '@sterna/api-contract';
import type { ContentKind, ItemType } from '@sterna/core';
import { expect, test } from 'vitest';
import { countAgainstBooks } from '../src/rehearsal/held.ts';
import type { Rehearsed } from '../src/rehearsal/rehearsed.ts';
import type { Holding, StandIn } from '../src/rehearsal/stand-in.ts';

const holding = (holds: Readonly<Record<string, Holding>>): StandIn =>
  ({ holds: async (_: string, address: string) => holds[address] ?? {} }) as unknown as StandIn;

interface Case {
  /** By address, as the stand-ins hold them in the end. */
  readonly source: Readonly<Record<string, Holding>>;
  readonly target: Readonly<Record<string, Holding>>;
  /** Entries with the books of their second pass. */
  readonly entries: readonly {
    readonly from: string;
    readonly to: string;
    readonly kinds: Partial<
      Record<ContentKind, { seen: number; migrated?: number; unchanged?: number; uncertain?: number }>
    >;
    readonly off?: ContentKind;
    readonly itemType?: ItemType;
  }[];
}

const count = ({ source, target, entries }: Case) =>
  countAgainstBooks({
    standIns: { source: holding(source), target: holding(target) },
    rehearsed: {
      actors: entries.map(({ from, to, itemType = 'mailbox' }, id) => ({
        id,
        source: from,
        target: to,
        entry: { itemType, source: from },
      })),
    },
    passes: {
      second: entries.map(({ kinds, off }) => ({
        settings: { kinds: off === undefined ? {} : { [off]: false } },
        kinds: Object.fromEntries(
          Object.entries(kinds).map(([kind, books]) => [kind, { migrated: 0, unchanged: 0, uncertain: 0, ...books }]),
        ),
      })) as unknown as PassView[],
    },
  } as unknown as Rehearsed);

const message = (seen: number, unchanged: number, migrated = 0) => ({ message: { seen, unchanged, migrated } });

test('what is in the books and lies in the target once is neither lost nor duplicated', async () => {
  const found = await count({
    source: { ann: { message: 5 } },
    target: { anna: { message: 4 } },
    // One failed, and one came with the second pass only.
    entries: [{ from: 'ann', to: 'anna', kinds: message(5, 3, 1) }],
  });
  expect(found).toEqual({ lost: 0, duplicated: 0, findings: [] });
});

test('what no books have seen, and what isn’t where the books say, is lost', async () => {
  const found = await count({
    source: { ann: { message: 7 } },
    target: { anna: { message: 2 } },
    entries: [{ from: 'ann', to: 'anna', kinds: message(5, 5) }],
  });
  expect(found).toMatchObject({ lost: 2 + 3, duplicated: 0 });
  expect(found.findings).toEqual([
    'ann: 2 of 7 messages are in no books.',
    'anna: 2 messages lie there, 5 were written by the books.',
  ]);
});

test('what lies in the target beyond the books is duplicated, also where two entries share it', async () => {
  const found = await count({
    source: { ann: { message: 2 }, bob: { message: 3 } },
    target: { both: { message: 6 } },
    entries: [
      { from: 'ann', to: 'both', kinds: message(2, 2) },
      { from: 'bob', to: 'both', kinds: message(3, 3) },
    ],
  });
  expect(found).toMatchObject({ lost: 0, duplicated: 1 });
});

test('a kind that the settings leave out is nobody’s loss', async () => {
  const found = await count({
    source: { ann: { message: 2, event: 4 } },
    target: { anna: { message: 2 } },
    entries: [{ from: 'ann', to: 'anna', kinds: { ...message(2, 2), event: { seen: 0 } }, off: 'event' }],
  });
  expect(found).toMatchObject({ lost: 0, duplicated: 0 });
});

test('what is uncertain may lie there or not', async () => {
  const of = (lying: number) =>
    count({
      source: { ann: { message: 3 } },
      target: { anna: { message: lying } },
      entries: [{ from: 'ann', to: 'anna', kinds: { message: { seen: 3, unchanged: 1, uncertain: 2 } } }],
    });
  expect((await of(1)).findings).toEqual([]);
  expect((await of(3)).findings).toEqual([]);
  expect(await of(4)).toMatchObject({ lost: 0, duplicated: 1 });
  expect(await of(0)).toMatchObject({ lost: 1, duplicated: 0 });
});

test('of a team what is said counts, and of a site all that isn’t its settings', async () => {
  const found = await count({
    source: { crew: { post: 3 }, sales: { file: 2, listItem: 4, page: 1 } },
    target: { crew: { post: 2 }, sales: { file: 2, listItem: 5, page: 1 } },
    entries: [
      { from: 'crew', to: 'crew', itemType: 'team', kinds: { post: { seen: 3, unchanged: 3 }, file: { seen: 9 } } },
      {
        from: 'sales',
        to: 'sales',
        itemType: 'site',
        kinds: { file: { seen: 2, unchanged: 2 }, listItem: { seen: 4, unchanged: 4 }, page: { seen: 1, migrated: 1 } },
      },
    ],
  });
  expect(found).toMatchObject({ lost: 1, duplicated: 1 });
  expect(found.findings).toHaveLength(2);
});
