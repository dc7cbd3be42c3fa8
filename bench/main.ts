/** `npm run bench`: measures, compares, and writes docs/benchmarks.md. Installs nothing. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import v8 from 'node:v8';
import { crashes } from './parts/crashes.ts';
import { dashboard } from './parts/dashboard.ts';
import { dashboards } from './parts/dashboards.ts';
import { davCyrus, davRadicale } from './parts/dav.ts';
import { delta } from './parts/delta.ts';
import { drives } from './parts/drives.ts';
import { google } from './parts/google.ts';
import { googleQuotas } from './parts/google-quotas.ts';
import { initial } from './parts/initial.ts';
import { ledger } from './parts/ledger.ts';
import { ledgerGrowth } from './parts/ledger-growth.ts';
import { many } from './parts/many.ts';
import { memory } from './parts/memory.ts';
import { microsoft365 } from './parts/microsoft365.ts';
import { microsoft365Crowd } from './parts/microsoft365-crowd.ts';
import type { Part } from './parts/part.ts';
import { workers } from './parts/workers.ts';
import { openLab } from './support/lab.ts';
import { checkPrograms, machine, versions } from './support/machine.ts';
import { type Options, parseOptions, USAGE } from './support/options.ts';

const PARTS: readonly Part[] = [
  initial,
  many,
  delta,
  davRadicale,
  davCyrus,
  drives,
  microsoft365,
  microsoft365Crowd,
  google,
  googleQuotas,
  memory,
  crashes,
  workers,
  ledger,
  ledgerGrowth,
  dashboard,
  dashboards,
];
const DOCUMENT = join(import.meta.dirname, '../docs/benchmarks.md');

async function main(args: readonly string[]): Promise<void> {
  let options: Options;
  try {
    options = parseOptions(
      args,
      PARTS.map((part) => part.name),
    );
    checkPrograms();
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    process.exitCode = 2;
    return;
  }
  const where = machine();
  const lab = await openLab();
  try {
    const command = ['npm run bench', ...(args.length > 0 ? ['--', ...args] : [])].join(' ');
    const stamp = `\`${command}\`, ${new Date().toISOString().slice(0, 10)}. ${where}. ${versions(lab.books.database.serverVersion)}.`;
    for (const part of PARTS) {
      if (options.only !== undefined && !options.only.has(part.name)) continue;
      console.log(`\n${part.title}`);
      const startedAt = performance.now();
      const text = await part.run(lab, options);
      console.log(`\n${text}\n\n(${Math.round((performance.now() - startedAt) / 1_000)} s)`);
      if (!options.quick) write(part.name, `${text}\n\n<sub>${stamp}</sub>`);
    }
  } finally {
    await lab.close();
  }
}

/** Each part has its own place, so that one of them can be measured again alone. */
function write(name: string, text: string): void {
  const [begin, end] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
  const document = readFileSync(DOCUMENT, 'utf8');
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from === -1 || to < from) throw new Error(`docs/benchmarks.md has no place for ${name} (${begin} … ${end})`);
  writeFileSync(DOCUMENT, `${document.slice(0, from + begin.length)}\n${text}\n${document.slice(to)}`);
}

// Simulators run in this process, beside what is measured: they should take as little of the machine as they can.
v8.setFlagsFromString('--heap-growing-percent=300');
await main(process.argv.slice(2));
