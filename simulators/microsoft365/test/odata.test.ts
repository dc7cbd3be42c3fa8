import { ChangeLog, type DeltaPosition, Random } from '@sterna/simulator-kit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parsePath } from '../src/http/path.ts';
import { parsePreferences } from '../src/http/preferences.ts';
import { normalizePropertyId } from '../src/mail/extended-property.ts';
import { parseExpand } from '../src/odata/expand.ts';
import { parseFilter } from '../src/odata/filter.ts';
import { Ids } from '../src/state/ids.ts';

test.each([
  ['/users/a%40b/messages', ['users', 'a@b', 'messages'], undefined],
  ["/users('a''b')/messages('x%2Fy')/$value", ['users', "a'b", 'messages', 'x/y', '$value'], undefined],
  ['/drives/b!x/root:/A%20b/c.txt:/content', ['drives', 'b!x', 'root', 'content'], ['A b', 'c.txt']],
  ['/drives/d/items/R:/a.txt:', ['drives', 'd', 'items', 'R'], ['a.txt']],
  ['/drives/d/root:/a', ['drives', 'd', 'root'], ['a']],
  ['/x/microsoft.graph.delta()', ['x', 'delta'], undefined],
])('the path %s', (path, segments, relativePath) => {
  expect(parsePath(path)).toMatchObject({ segments, relativePath });
});

test('arguments of a function, preferences, expansions', () => {
  expect(parsePath("/drives/d/root/delta(token='a''b')").functionArguments).toEqual(new Map([['token', "a'b"]]));
  expect(parsePreferences('IdType="ImmutableId", odata.maxpagesize=50, respond-async')).toEqual(
    new Map([
      ['idtype', 'ImmutableId'],
      ['odata.maxpagesize', '50'],
      ['respond-async', ''],
    ]),
  );
  const [attachments, properties] = parseExpand(
    "attachments($select=id,name;$top=2),p($filter=id eq 'a, (b' or id eq 'c')",
  );
  expect(attachments).toMatchObject({ property: 'attachments', select: ['id', 'name'], top: 2 });
  expect(properties).toMatchObject({ property: 'p', filter: "id eq 'a, (b' or id eq 'c'" });
});

const entity = {
  name: "O'Neill",
  size: 12,
  read: true,
  gone: null,
  when: '2026-09-01T08:00:00Z',
  from: { emailAddress: { address: 'a@x.example' } },
  tags: ['red', 'blue'],
  props: [
    { id: 'a', value: '1' },
    { id: 'b', value: '2' },
  ],
};

test.each([
  ["name eq 'O''Neill'", true],
  ['size gt 11 and size le 12', true],
  ['size gt 11 and not (size le 12)', false],
  ["read eq false or startswith(name,'o''n')", true],
  ['gone eq null', true],
  ['gone gt 1', false],
  ['when ge 2026-09-01', true],
  ['when lt 2026-09-01T10:00:00+02:00', false],
  ["from/emailAddress/address eq 'a@x.example'", true],
  ["tags/any(t: t eq 'blue')", true],
  ["tags/all(t: t eq 'blue')", false],
  ["props/any(p: p/id eq 'a' and p/value eq '2')", false],
  ["props/any(p: p/id eq 'b' and p/value eq '2')", true],
  ['size in (1, 12)', true],
  ["contains(tolower(name), 'neil')", true],
])('the filter %s', (text, expected) => {
  expect(parseFilter(text)(entity)).toBe(expected);
});

test.each(["name eq 'x", 'name like 3', 'length(name) gt 2', 'name eq', '(size eq 1', 'size eq 1 size'])(
  'the filter %s is refused',
  (text) => expect(() => parseFilter(text)).toThrow('could not be parsed'),
);

test('ids of properties in their normal form', () => {
  expect(normalizePropertyId('integer 0x0E07')).toBe('Integer 0xe07');
  expect(normalizePropertyId('String {8C6F1F0E-1B1A-4F0E-9D4C-2F6A4B1C7D11} Name My Name')).toBe(
    'String {8c6f1f0e-1b1a-4f0e-9d4c-2f6a4b1c7d11} Name My Name',
  );
  expect(() => normalizePropertyId('Text 0x1')).toThrow('invalid');
});

test('ids are unlike each other even in length, but some differ by the case of one letter', () => {
  const ids = new Ids(new Random('x'));
  const made = Array.from({ length: 400 }, () => ids.mutable());
  expect(new Set(made).size).toBe(400);
  expect(new Set(made.map((id) => id.toLowerCase())).size).toBeLessThan(400);
});

test('whoever follows a log by pages knows, at its end, just what is there; whatever happens meanwhile', () => {
  type Step = { readonly kind: 'touch' | 'remove' | 'page'; readonly id: number };
  const step = fc.record({ kind: fc.constantFrom('touch', 'remove', 'page'), id: fc.nat(7) }) as fc.Arbitrary<Step>;
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), fc.integer({ min: 1, max: 3 }), (steps, limit) => {
      const log = new ChangeLog();
      const there = new Set<string>();
      const seen = new Set<string>();
      let position: DeltaPosition | undefined;
      const page = () => {
        const { changes, next, done } = log.since(position ?? log.beginning(), limit);
        for (const { id, removed } of changes) removed === undefined ? seen.add(id) : seen.delete(id);
        position = next;
        return done;
      };
      for (const { kind, id } of steps) {
        if (kind === 'touch') {
          there.add(`${id}`);
          log.touch(`${id}`, 0);
        } else if (kind === 'remove' && there.delete(`${id}`)) log.remove(`${id}`, 0);
        else if (kind === 'page') page();
      }
      while (!page());
      expect(seen).toEqual(there);
    }),
  );
});

test('what was gone before a round began is not told in it; what goes meanwhile is', () => {
  const log = new ChangeLog();
  for (const id of ['a', 'b', 'c']) log.touch(id, 0);
  log.remove('a', 0);
  const first = log.since(log.beginning(), 1);
  expect(first.changes).toMatchObject([{ id: 'b', removed: undefined }]);
  log.remove('b', 0, 'changed');
  const second = log.since(first.next, 10);
  expect(second.changes).toMatchObject([{ id: 'c' }, { id: 'b', removed: 'changed' }]);
  expect(second.done).toBe(true);
});
