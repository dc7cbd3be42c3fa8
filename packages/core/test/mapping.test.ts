import { describe, expect, it } from 'vitest';
import { formatMapping, type MappingRow, mappingLookup, readMapping, UnmappedCollector } from '../src/index.ts';

const rows: MappingRow[] = [
  { kind: 'user', source: 'Ann@old.example', target: 'ann.b@new.example' },
  { kind: 'group', source: 'all@old.example', target: 'everybody@new.example' },
  { kind: 'domain', source: 'old.example', target: 'new.example' },
  { kind: 'domain', source: '@eu.old.example', target: 'europe.example' },
];
const bytes = (text: string) => new TextEncoder().encode(text);

describe('mapping table', () => {
  it('finds users first, then the longest domain', () => {
    const lookup = mappingLookup(rows);
    expect(lookup('ann@OLD.example')).toBe('ann.b@new.example');
    expect(lookup('all@old.example')).toBe('everybody@new.example');
    expect(lookup('Bob@old.example')).toBe('Bob@new.example');
    expect(lookup('c@eu.old.example')).toBe('c@europe.example');
    expect(lookup('d@paris.eu.old.example')).toBe('d@paris.europe.example');
    expect(lookup('e@us.old.example')).toBe('e@us.new.example');
    expect(lookup('f@notold.example')).toBeUndefined();
    expect(lookup('nobody')).toBeUndefined();
  });

  it('reports each unmapped principal once, with where it occurs', () => {
    const collector = new UnmappedCollector(mappingLookup(rows));
    expect(collector.resolve('ann@old.example', 'folder A')).toBe('ann.b@new.example');
    for (const place of ['A', 'B', 'A']) collector.resolve('X@elsewhere.example', place);
    collector.resolve('x@Elsewhere.example', 'C');
    expect(collector.list()).toEqual([{ principal: 'X@elsewhere.example', occurrences: 4, places: ['A', 'B', 'C'] }]);
  });

  it('comes from CSV and goes to CSV', () => {
    expect(readMapping(bytes(formatMapping(rows)))).toEqual({ rows, problems: [] });
    const { problems } = readMapping(bytes('Source;Target;Kind\na@x;b@y;\nA@x;c@y;robot\n;d@y;\n'));
    expect(problems.map(({ line, column, code }) => `${line} ${column} ${code}`)).toEqual([
      '3 Kind csv-bad-value',
      '3 Source csv-duplicate',
      '4 Source csv-bad-value',
    ]);
    expect(() => readMapping(bytes('Source,Colour\n'))).toThrow(/no column Colour/);
    expect(() => readMapping(bytes('Source\n'))).toThrow(/Target is missing/);
  });
});
