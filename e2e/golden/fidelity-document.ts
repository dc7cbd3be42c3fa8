import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const DOCUMENT = join(import.meta.dirname, '../../docs/fidelity.md');

/** Each pair has its own place in docs/fidelity.md. */
export function writeFidelity(pair: string, table: string): void {
  const [begin, end] = [`<!-- golden:${pair} -->`, `<!-- /golden:${pair} -->`];
  const document = readFileSync(DOCUMENT, 'utf8');
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from === -1 || to < from) throw new Error(`docs/fidelity.md has no place for ${pair} (${begin} … ${end})`);
  writeFileSync(DOCUMENT, `${document.slice(0, from + begin.length)}\n${table}\n${document.slice(to)}`);
}
