import { type Dovecot, type ProxyLine, startDovecot, startFaultProxy } from '@sterna/test-servers';
import { fixed, goal, median, table, whole } from '../support/figures.ts';
import type { Lab } from '../support/lab.ts';
import { startStampProxy } from '../support/stamp-proxy.ts';
import { runPasses } from './copies.ts';
import type { Part } from './part.ts';
import { migratedMailbox, writeSmallMailbox } from './small-mailbox.ts';

const FOLDERS = 20;

/** A delta pass of a mailbox in which nothing changed: what it costs to know that. */
export const delta: Part = {
  name: 'delta',
  title: 'Delta pass without changes',
  async run(lab, { runs, quick }) {
    const sizes = quick ? [1_000, 10_000] : [1_000, 10_000, 100_000];
    const rows: string[][] = [];
    const wires: number[] = [];
    for (const size of sizes) {
      const { entry } = await migratedMailbox(lab, size);
      const trips = await roundTrips(lab, entry, lab.source, lab.target);
      const times: { wire: number; pass: number }[] = [];
      for (let round = 0; round < runs; round++) times.push(await timed(lab, entry));
      const wire = median(times.map((one) => one.wire));
      wires.push(wire);
      rows.push([
        whole(size),
        String(trips.source),
        String(trips.target),
        fixed(wire, 3),
        fixed(median(times.map((one) => one.pass)), 3),
      ]);
      console.log(`  ${size} messages: ${trips.source} + ${trips.target} round trips, ${fixed(wire, 3)} s`);
    }
    const without = await withoutListStatus(lab);
    return [
      `${FOLDERS} folders, medians of ${runs}. Round trips after sign-in that the pass waits for, counted by a proxy; wire time is from the first connect to the last byte of an answer, signing in on both sides, database work in between and signing off included; the whole pass adds claiming it and writing its books.`,
      table(['messages', 'round trips, source', 'round trips, target', 'wire s', 'whole pass s'], rows),
      `Without LIST-STATUS (hidden on both sides): ${without.source} round trips on the source, ${without.target} on the target.`,
      [
        goal(Math.max(...wires) <= 0.25, '- at most 0.25 s from first connect to last reply'),
        goal(
          rows.every((row) => row[1] === '1'),
          '- 1 round trip on the source with LIST-STATUS, whatever the size',
        ),
        goal(without.source <= 2 * FOLDERS, '- at most 2 round trips per folder without'),
      ].join('\n'),
    ].join('\n\n');
  },
};

async function timed(lab: Lab, entry: number): Promise<{ wire: number; pass: number }> {
  const source = await startStampProxy(lab.source);
  const target = await startStampProxy(lab.target);
  try {
    const pass = await throughProxies(lab, entry, source.port, target.port);
    const first = Math.min(source.firstConnectAt ?? Number.NaN, target.firstConnectAt ?? Number.NaN);
    const last = Math.max(source.lastReplyAt ?? Number.NaN, target.lastReplyAt ?? Number.NaN);
    return { wire: (last - first) / 1_000, pass };
  } finally {
    source.stop();
    target.stop();
  }
}

/** @returns seconds of the whole pass */
async function throughProxies(lab: Lab, entry: number, source: number, target: number): Promise<number> {
  await lab.books.setPorts(entry, source, target);
  const pass = await lab.books.queuePass(entry, 'delta');
  const run = await runPasses(lab, [pass]);
  const { created } = await lab.books.check(pass);
  if (created !== 0) throw new Error(`a delta pass without changes created ${created} messages`);
  return run.seconds;
}

async function roundTrips(
  lab: Lab,
  entry: number,
  sourceServer: Dovecot,
  targetServer: Dovecot,
): Promise<{ source: number; target: number }> {
  const source = await startFaultProxy({ target: sourceServer });
  const target = await startFaultProxy({ target: targetServer });
  try {
    await throughProxies(lab, entry, source.port, target.port);
    return { source: tripsAfterSignIn(source.transcript), target: tripsAfterSignIn(target.transcript) };
  } finally {
    await source.stop();
    await target.stop();
  }
}

/**
 * How often a connection went on after an answer, its sign-in and its LOGOUT left out, and ENABLE too: it is sent with
 * the sign-in's answer and nobody waits for it.
 */
function tripsAfterSignIn(transcript: readonly ProxyLine[]): number {
  let trips = 0;
  for (const lines of Map.groupBy(transcript, (line) => line.connection).values()) {
    let signIn: string | undefined;
    let signedIn = false;
    let answered = false;
    for (const { direction, text } of lines) {
      const [tag = '', word = ''] = text.split(' ');
      if (direction === 'toClient') {
        if (signIn !== undefined && tag === signIn) signedIn = true;
        answered = true;
        continue;
      }
      if (/^(?:LOGIN|AUTHENTICATE)$/i.test(word)) signIn = tag;
      if (/^ENABLE$/i.test(word)) continue;
      if (signedIn && answered && !/^LOGOUT$/i.test(word)) trips += 1;
      answered = false;
    }
  }
  return trips;
}

async function withoutListStatus(lab: Lab): Promise<{ source: number; target: number }> {
  const hide = ['LIST-STATUS'];
  const source = await startDovecot({ hide });
  const target = await startDovecot({ hide });
  try {
    writeSmallMailbox(source.mailRoot('plain'), 1_000);
    source.adopt('plain');
    const entry = await lab.books.addEntry({ server: source, user: 'plain' }, { server: target, user: 'plain' });
    const pass = await lab.books.queuePass(entry, 'initial');
    await runPasses(lab, [pass]);
    await lab.books.check(pass);
    return await roundTrips(lab, entry, source, target);
  } finally {
    await source.stop();
    await target.stop();
  }
}
