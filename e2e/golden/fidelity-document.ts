import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const DOCUMENT = join(import.meta.dirname, '../../docs/fidelity.md');

/**
 * Each pair has its own place in docs/fidelity.md.
 *
 * @param kinds that were compared; rows of others stay. Undefined: all
 */
export function writeFidelity(pair: string, tables: string, kinds: readonly string[] | undefined): void {
  const [begin, end] = [`<!-- golden:${pair} -->`, `<!-- /golden:${pair} -->`];
  const document = readFileSync(DOCUMENT, 'utf8');
  const from = document.indexOf(begin) + begin.length;
  const to = document.indexOf(end);
  if (from < begin.length || to < from)
    throw new Error(`docs/fidelity.md has no place for ${pair} (${begin} … ${end})`);
  const now = kinds === undefined ? tables : together(document.slice(from, to).trim(), tables, kinds);
  writeFileSync(DOCUMENT, `${document.slice(0, from)}\n${now}\n${document.slice(to)}`);
}

/** Both are two tables with a blank line between them, whose rows begin with the kind. */
function together(old: string, fresh: string, kinds: readonly string[]): string {
  const rows = (table = ''): string[] => table.split('\n').slice(2);
  const isFresh = (row: string): boolean => kinds.includes(/^\| (\w+)/.exec(row)?.[1] ?? '');
  const before = old.split('\n\n');
  return fresh
    .split('\n\n')
    .map((table, at) => {
      const head = table.split('\n').slice(0, 2);
      const kept = rows(before[at]).filter((row) => !isFresh(row));
      return [...head, ...[...kept, ...rows(table)].sort(at === 0 ? () => 0 : (a, b) => a.localeCompare(b))].join('\n');
    })
    .join('\n\n');
}
