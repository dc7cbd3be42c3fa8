import { csvDelimiter, parseCsv } from '@sterna/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { corrected, recordsOf, textsOf } from '../src/features/list/csv-records.ts';
import { type Entry, EntryPages, type EntrySource, type PageRequest } from '../src/features/list/entry-pages.ts';
import { readListSearch } from '../src/features/list/search.ts';
import {
  EVERYTHING,
  extendTo,
  isSelected,
  NOTHING,
  selectionBody,
  sizeOf,
  toggle,
} from '../src/features/list/selection.ts';

describe('the lines of a CSV that is corrected in place', () => {
  it('are those that the API counts, whatever the quotes, line ends and delimiters', () => {
    const text = fc.string({ unit: fc.constantFrom('a', ' ', ',', ';', '\t', '"', '\n', '\r\n', '\r', '\ufeff', 'ü') });
    fc.assert(
      fc.property(text, (csv) => {
        let parsed: ReturnType<typeof parseCsv>;
        try {
          parsed = parseCsv(csv);
        } catch {
          return; // It can't be read at all: nothing is corrected line by line.
        }
        const records = recordsOf(csv);
        const delimiter = csvDelimiter(csv.replace(/^\ufeff/, ''));
        expect(records.map(({ line }) => line)).toEqual(parsed.map(({ line }) => line));
        // Each record alone, with the first line's delimiter, reads as it does in the file.
        for (const [index, { from, to }] of records.entries())
          expect(parseCsv(`sep=${delimiter}\n${csv.slice(from, to)}`)[0]?.fields).toEqual(parsed[index]?.fields);
      }),
      { numRuns: 2_000 },
    );
  });

  it('change alone, or go with their line end', () => {
    const csv = 'sep=;\r\nSource;Batch\r\n\r\na@x;"two\r\nlines"\r\nb@x;1\r\nc@x;2';
    expect([...textsOf(csv, [4, 7])]).toEqual([
      [4, 'a@x;"two\r\nlines"'],
      [7, 'c@x;2'],
    ]);
    expect(corrected(csv, new Map())).toBe(csv);
    expect(corrected(csv, new Map([[6, 'b@y;1']]))).toBe(csv.replace('b@x', 'b@y'));
    expect(
      corrected(
        csv,
        new Map([
          [4, undefined],
          [7, undefined],
        ]),
      ),
    ).toBe('sep=;\r\nSource;Batch\r\n\r\nb@x;1\r\n');
  });
});

/** A list of `total` entries with ids from 1, as a server would page it. */
function served(total: number) {
  const requests: PageRequest[] = [];
  const asked: (readonly number[])[] = [];
  const changed = new Map<number, string>();
  const entry = (id: number) => ({ id, status: changed.get(id) ?? 'not started' }) as Entry;
  const source: EntrySource = {
    page: async (request) => {
      requests.push(request);
      const from = request.after === undefined ? request.skip : Number(request.after);
      const items = Array.from({ length: Math.max(0, Math.min(request.limit, total - from)) }, (_, at) =>
        entry(from + at + 1),
      );
      return { items, total, ...(from + items.length < total ? { next: String(from + items.length) } : {}) };
    },
    byIds: async (ids) => {
      asked.push(ids);
      return ids.map(entry);
    },
  };
  return { source, requests, asked, changed };
}

describe('a list of 50,000 entries', () => {
  it('reads what is looked at: by cursor while scrolling, by place after a jump', async () => {
    const { source, requests } = served(50_000);
    const pages = new EntryPages(source, 100);
    await pages.ensure(0, 60);
    await pages.ensure(10, 70);
    await pages.ensure(70, 130);
    expect(requests).toEqual([
      { after: undefined, skip: 0, limit: 100 },
      { after: '100', skip: 100, limit: 100 },
    ]);
    await pages.ensure(49_950, 50_100);
    expect(requests).toHaveLength(3);
    expect(pages.at(49_999)?.id).toBe(50_000);
    expect(pages.at(25_000)).toBeUndefined();
    await pages.ensure(25_000, 25_040);
    expect(pages.at(25_000)?.id).toBe(25_001);
    expect(requests).toHaveLength(4);
  });

  it('loads a range that is to be selected, and what is on the screen first', async () => {
    const { source, requests } = served(2_000);
    const pages = new EntryPages(source, 100);
    await pages.ensure(0, 50);
    const whole = pages.load(0, 1_999);
    const shown = pages.ensure(1_500, 1_540);
    await Promise.all([whole, shown]);
    expect(requests[2]?.skip).toBe(1_500);
    const selection = extendTo(toggle(NOTHING, 1, 0), 1_999, 0, pages.idAt);
    expect(sizeOf(selection, 2_000)).toBe(2_000);
  });

  it('says what went wrong, and goes on when asked again', async () => {
    const { source } = served(300);
    let isDown = true;
    const pages = new EntryPages(
      {
        ...source,
        page: (request) => (isDown ? Promise.reject(new Error('down')) : source.page(request)),
      },
      100,
    );
    await pages.ensure(0, 50);
    expect(pages.failure).toEqual(new Error('down'));
    await expect(pages.load(0, 299)).rejects.toThrow('down');
    isDown = false;
    await pages.ensure(0, 50);
    expect(pages.failure).toBeUndefined();
    expect(pages.at(0)?.id).toBe(1);
  });

  it('reads again only rows on the screen, and keeps those that did not change as they are', async () => {
    const { source, asked, changed } = served(1_000);
    const pages = new EntryPages(source, 100);
    await pages.ensure(0, 99);
    const [first, second] = [pages.at(0), pages.at(1)];
    changed.set(1, 'running');
    changed.set(900, 'running');
    await pages.refresh(new Set([1, 2, 900]));
    expect(asked).toEqual([[1, 2]]);
    expect(pages.at(0)).toEqual({ ...first, status: 'running' });
    expect(pages.at(1)).toBe(second);
    await pages.refresh(new Set([900]));
    expect(asked).toHaveLength(1);
  });
});

describe('rows on their way', () => {
  it('are read again where something changed meanwhile', async () => {
    const { source, changed } = served(100);
    const [gate, asked] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const pages = new EntryPages(
      {
        ...source,
        page: async (request) => {
          const answer = await source.page(request);
          asked.resolve();
          await gate.promise;
          return answer;
        },
      },
      100,
    );
    const loading = pages.ensure(0, 60);
    await asked.promise;
    changed.set(1, 'running');
    const refreshing = pages.refresh(new Set([1]));
    gate.resolve();
    await Promise.all([loading, refreshing]);
    expect(pages.at(0)?.status).toBe('running');
  });
});

describe('a selection', () => {
  const idAt = (index: number) => index + 1;

  it('of single rows grows by ranges from the row chosen last', () => {
    let selection = toggle(NOTHING, 5, 4);
    selection = extendTo(selection, 7, 0, idAt);
    expect(selectionBody(selection, {})).toEqual({ entryIds: [5, 6, 7, 8] });
    selection = extendTo(selection, 2, 0, idAt);
    expect(sizeOf(selection, 100)).toBe(6);
    selection = toggle(selection, 5, 4);
    expect(isSelected(selection, 5)).toBe(false);
    expect(extendTo(NOTHING, 3, 1, idAt)).toMatchObject({ ids: new Set([2, 3, 4]), anchor: 1 });
  });

  it('of all that match can leave some out, and take them in again', () => {
    let selection = toggle(toggle(EVERYTHING, 5, 4), 9, 8);
    expect(sizeOf(selection, 50_000)).toBe(49_998);
    expect(selectionBody(selection, { batch: 'Pilot' })).toEqual({ filter: { batch: 'Pilot' }, exceptIds: [5, 9] });
    selection = extendTo(selection, 4, 0, idAt);
    expect(isSelected(selection, 5)).toBe(true);
    expect(selectionBody(EVERYTHING, {})).toEqual({ filter: {} });
  });
});

it('what an address says is read, and nothing else', () => {
  expect(
    readListSearch({
      q: 42,
      status: ['failed', 'lost'],
      batch: '',
      license: 'burned',
      sort: 'up',
      desc: true,
      open: 'add',
    }),
  ).toEqual({ q: '42', status: ['failed'], batch: '', license: 'burned', desc: true, open: 'add' });
  expect(readListSearch({ status: 'running', type: 'boat', open: 'sesame', desc: 'yes' })).toEqual({
    status: ['running'],
  });
});
