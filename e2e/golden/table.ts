import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from './compare.ts';

const DOCUMENT = join(import.meta.dirname, '../../docs/fidelity.md');

/** Property by property: how many stayed, how many differ as told, how many nobody told of. Markdown. */
export function propertyTable(findings: readonly Finding[]): string {
  const rows = new Map<string, { told: number; silent: number; codes: Set<string> }>();
  const kinds = new Map<string, { all: number; identical: number; missing: number; extra: number }>();
  for (const { kind, verdict, differences, problem } of findings) {
    const sum = kinds.get(kind) ?? { all: 0, identical: 0, missing: 0, extra: 0 };
    kinds.set(kind, sum);
    sum.all += 1;
    if (verdict === 'identical') sum.identical += 1;
    if (problem !== undefined) sum[problem] += 1;
    for (const { property, code } of differences) {
      const key = `${kind} ${property}`;
      const row = rows.get(key) ?? { told: 0, silent: 0, codes: new Set() };
      rows.set(key, row);
      if (code === undefined) row.silent += 1;
      else {
        row.told += 1;
        row.codes.add(code);
      }
    }
  }
  return [
    '| kind | compared | identical | missing | one too many |',
    '| --- | ---: | ---: | ---: | ---: |',
    ...[...kinds].map(([kind, sum]) => `| ${kind} | ${sum.all} | ${sum.identical} | ${sum.missing} | ${sum.extra} |`),
    '',
    '| property | differs, as noted | differs, unaccounted for | notes |',
    '| --- | ---: | ---: | --- |',
    ...[...rows]
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([name, { told, silent, codes }]) => `| ${name} | ${told} | ${silent} | ${[...codes].sort().join(', ')} |`),
  ].join('\n');
}

/** Each pair has its own place in the document. */
export function writeFidelity(pair: string, table: string): void {
  const [begin, end] = [`<!-- golden:${pair} -->`, `<!-- /golden:${pair} -->`];
  const document = readFileSync(DOCUMENT, 'utf8');
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from === -1 || to < from) throw new Error(`docs/fidelity.md has no place for ${pair} (${begin} … ${end})`);
  writeFileSync(DOCUMENT, `${document.slice(0, from + begin.length)}\n${table}\n${document.slice(to)}`);
}
