import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fixed, table, whole } from '../support/figures.ts';
import { machine } from '../support/machine.ts';
import type { Options } from './options.ts';
import { type Outcome, WORKERS } from './soak.ts';

const DOCUMENT = join(import.meta.dirname, '../../docs/reliability.md');
const [BEGIN, END] = ['<!-- soak -->', '<!-- /soak -->'];

/** Puts a run's figures into docs/reliability.md. */
export function writeReliability(options: Options, outcome: Outcome): void {
  const { mailboxes, objects, kills, restarts, ended, passes, quietSeconds } = outcome;
  const command = `npm run soak -- --minutes ${options.minutes} --mailboxes ${mailboxes} --seed ${options.seed} --json`;
  const text = [
    `${whole(mailboxes)} mailboxes with ${whole(objects)} objects in the end, ${WORKERS} workers, ${options.minutes} minutes in which everything failed, then ${fixed(quietSeconds / 60, 1)} minutes in which nothing did; ${whole(passes)} passes.`,
    table(
      ['', ''],
      [
        ['objects', whole(objects)],
        ['workers killed (SIGKILL) at work', whole(kills)],
        ['workers restarted in order (SIGTERM)', whole(restarts)],
        ['workers that ended by themselves, the database being away, and were started again', whole(ended)],
        ['**lost**', `**${outcome.lost}**`],
        ['**duplicated**', `**${outcome.duplicated}**`],
        ['**books that don’t balance**', `**${outcome.unbalanced}**`],
        ['**licenses wrong**', `**${outcome.licensesWrong}**`],
      ],
    ),
    table(
      ['what else went wrong', 'times'],
      [...outcome.troubles].sort(([, a], [, b]) => b - a).map(([name, times]) => [name, whole(times)]),
    ),
    `<sub>\`${command}\`, ${new Date().toISOString().slice(0, 10)}. ${machine()}.</sub>`,
  ].join('\n\n');
  const document = readFileSync(DOCUMENT, 'utf8');
  const [from, to] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (from === -1 || to < from) throw new Error(`docs/reliability.md has no place for the figures (${BEGIN} … ${END})`);
  writeFileSync(DOCUMENT, `${document.slice(0, from + BEGIN.length)}\n${text}\n${document.slice(to)}`);
}
