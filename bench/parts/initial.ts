import type { ClientRun } from '../support/clients.ts';
import { fixed, goal, median, percent, range, table, whole } from '../support/figures.ts';
import { mbsyncCopy, relayCopy, sternaCopies } from './copies.ts';
import type { Part } from './part.ts';

const FOLDERS = 20;

const PLAIN_RELAY = 'bare relay, pipelined APPENDs';
const PLAIN_OURS = 'Sterna, target without MULTIAPPEND';
const PLAIN = new Set([PLAIN_RELAY, PLAIN_OURS]);
/** One message a command is slow with everybody; these two take half of a round's time. */
const PLAIN_ROUNDS = 3;

/** One mailbox, whole: ours beside the least that any copy must do, and beside mbsync. */
export const initial: Part = {
  name: 'initial',
  title: 'Initial pass, IMAP to IMAP',
  async run(lab, { runs, messages }) {
    const held = lab.seed('initial', messages, FOLDERS, 1);
    const copies: Record<string, () => Promise<ClientRun>> = {
      'bare relay, MULTIAPPEND of 100': () => relayCopy(lab, 'initial', 'multi', lab.target),
      'bare relay, MULTIAPPEND, keyword set and cleared': () => relayCopy(lab, 'initial', 'pending', lab.target),
      'Sterna, books and crash safety included': async () => {
        const run = await sternaCopies(lab, ['initial'], lab.target, 1);
        if (run.created !== messages) throw new Error(`${run.created} of ${messages} messages were created`);
        return run;
      },
      mbsync: () => mbsyncCopy(lab, 'initial'),
      [PLAIN_RELAY]: () => relayCopy(lab, 'initial', 'single', lab.plainTarget),
      [PLAIN_OURS]: () => sternaCopies(lab, ['initial'], lab.plainTarget, 1),
    };
    // The servers read and index the source once before anything is measured.
    await relayCopy(lab, 'initial', 'multi', lab.target);
    const taken = new Map<string, ClientRun[]>(Object.keys(copies).map((name) => [name, []]));
    for (let round = 1; round <= runs; round++)
      for (const [name, copy] of Object.entries(copies)) {
        if (round > PLAIN_ROUNDS && PLAIN.has(name)) continue;
        const run = await copy();
        taken.get(name)?.push(run);
        console.log(`  round ${round}: ${name}: ${whole(messages / run.seconds)} messages/s`);
      }
    const rates = (name: string): number[] => (taken.get(name) ?? []).map((run) => messages / run.seconds);
    const names = Object.keys(copies);
    const [relay = '', pending = '', ours = '', peer = ''] = names;
    const ratio = (a: string, b: string): number =>
      median(rates(a).map((rate, round) => rate / (rates(b)[round] as number)));
    const rows = names.map((name) => {
      const all = taken.get(name) ?? [];
      const rate = median(rates(name));
      return [
        name,
        whole(rate),
        fixed((rate * held.bytes) / messages / 1e6, 1),
        range(rates(name)),
        fixed(median(all.map((run) => run.cpuSeconds)), 2),
        Number.isNaN(all[0]?.rssMegabytes) ? '–' : whole(median(all.map((run) => run.rssMegabytes))),
      ];
    });
    return [
      `${whole(messages)} messages, ${whole(held.bytes / 1e6)} MB, ${FOLDERS} folders; ${runs} interleaved rounds (those without MULTIAPPEND ${Math.min(runs, PLAIN_ROUNDS)}), medians. CPU and memory are the client process’s own.`,
      table(['copy', 'messages/s', 'MB/s', 'least – most', 'CPU s', 'peak RSS MB'], rows),
      'Ratios are medians of the ratios within each round.',
      [
        goal(ratio(ours, relay) >= 0.6, `- ${percent(ratio(ours, relay))} of the bare relay (goal 60 %)`),
        `- ${percent(ratio(ours, pending))} of the relay that also sets and clears a keyword`,
        goal(
          ratio(PLAIN_OURS, PLAIN_RELAY) >= 0.8,
          `- ${percent(ratio(PLAIN_OURS, PLAIN_RELAY))} of the pipelined relay without MULTIAPPEND (goal 80 %)`,
        ),
        goal(ratio(ours, peer) >= 1.3, `- ${fixed(ratio(ours, peer), 2)} × mbsync (goal 1.3 ×, wanted 1.5 ×)`),
      ].join('\n'),
    ].join('\n\n');
  },
};
