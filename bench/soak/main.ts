/**
 * `npm run soak`: four workers copy mailboxes while they are killed, the database restarts, and services and network fail;
 * then everything calms down, and what the targets hold is compared with the sources, past the product and its ledger.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { missingPackages } from '../support/machine.ts';
import { writeReliability } from './document.ts';
import { type Options, parseOptions, USAGE } from './options.ts';
import { soak } from './soak.ts';

const NEEDED = [
  { file: '/usr/lib/dovecot/imap', package: 'dovecot-imapd' },
  { file: '/usr/lib/postgresql/15/bin/postgres', package: 'postgresql-15' },
];
const BUILT = new URL('../../apps/cli/dist/sterna.js', import.meta.url);

async function main(args: readonly string[]): Promise<number> {
  let options: Options;
  try {
    options = parseOptions(args);
    checkMachine();
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    return 2;
  }
  const begun = performance.now();
  const say = (text: string): void => console.log(`[${Math.round((performance.now() - begun) / 1_000)} s] ${text}`);
  say(`seed ${options.seed} (--seed ${options.seed} repeats it)`);
  const outcome = await soak(options, say);
  const { objects, kills, lost, duplicated, unbalanced, licensesWrong } = outcome;
  for (const example of outcome.examples) say(example);
  if (outcome.evidence.length > 0) say(`more about that is in ${keepEvidence(options, outcome.evidence)}`);
  say(`what went wrong: ${[...outcome.troubles].map(([name, times]) => `${times} × ${name}`).join(', ')}`);
  if (options.write) writeReliability(options, outcome);
  const figures = { objects, kills, lost, duplicated, unbalanced, licensesWrong };
  if (options.json) console.log(JSON.stringify(figures));
  else
    say(
      `${objects} objects in ${outcome.mailboxes} mailboxes, ${kills} kills: ${lost} lost, ${duplicated} duplicated, ${unbalanced} unbalanced, ${licensesWrong} licenses wrong`,
    );
  return lost + duplicated + unbalanced + licensesWrong === 0 ? 0 : 1;
}

function keepEvidence({ seed }: Options, evidence: readonly unknown[]): string {
  const path = join(tmpdir(), `sterna-soak-${seed.replaceAll(/[^\w-]/g, '_')}.json`);
  writeFileSync(path, JSON.stringify(evidence, undefined, 1));
  return path;
}

/** @throws Error that names what is missing */
function checkMachine(): void {
  if (process.getuid?.() !== 0) throw new Error('the servers are started as root: run this as root');
  const missing = missingPackages(NEEDED);
  if (missing !== undefined) throw new Error(missing);
  if (!existsSync(BUILT)) throw new Error('Sterna is not built: run `npm ci`, or `npm run build`');
}

process.exitCode = await main(process.argv.slice(2));
