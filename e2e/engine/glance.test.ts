import { type Dovecot, type FaultProxy, startDovecot, startFaultProxy } from '@sterna/test-servers';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { addEntry, pass } from '../support/direct-pass.ts';
import { imapEndpoint } from '../support/dovecot-mailbox.ts';
import { type EngineStage, openEngineStage } from '../support/stage.ts';

/** What a delta pass over nothing new costs, counted on the wire. */
const FOLDERS = 20;

let stage: EngineStage;
beforeAll(async () => {
  stage = await openEngineStage('glance');
});
afterAll(() => stage.close());

/** So that what a client sends without waiting is on the wire before the answer to what it sent before. */
const ANSWER_TAKES_MS = 60;

/** How often the client waited for an answer before it asked on, after it had signed in. */
async function roundTripsAfterSignIn(proxy: FaultProxy, work: () => Promise<void>): Promise<number> {
  proxy.forget();
  proxy.delayMs.toClient = ANSWER_TAKES_MS;
  await work();
  proxy.delayMs.toClient = 0;
  // Connection by connection: a command begins a round trip if an answer came before it.
  let trips = 0;
  for (const connection of new Set(proxy.transcript.map((line) => line.connection))) {
    let answered = false;
    let asked = false;
    let signedIn = false;
    for (const { direction, text } of proxy.transcript.filter((line) => line.connection === connection)) {
      if (direction === 'toClient') {
        if (/^\S+ OK.*logged in/i.test(text)) {
          signedIn = true;
          asked = false;
        }
        answered = true;
        continue;
      }
      // Nobody waits for these two.
      if (!signedIn || / (?:LOGOUT|ENABLE [A-Z ]+)$/i.test(text)) continue;
      if (!asked || answered) trips += 1;
      asked = true;
      answered = false;
    }
  }
  return trips;
}

async function noChange(server: Dovecot, user: string): Promise<{ source: number; target: number }> {
  const [from, to] = await Promise.all([startFaultProxy({ target: server }), startFaultProxy({ target: server })]);
  onTestFinished(async () => {
    await Promise.all([from.stop(), to.stop()]);
  });
  const connection = await server.login(user);
  for (let i = 1; i < FOLDERS; i += 1) await connection.ok(`CREATE Folder${i}`);
  for (const folder of ['INBOX', 'Folder1', `Folder${FOLDERS - 1}`])
    await connection.append(folder, `Subject: in ${folder}\r\n\r\nbody\r\n`);
  connection.close();
  const entry = await addEntry(stage.bench, imapEndpoint(from, user), imapEndpoint(to, `${user}2`));
  await pass(stage.bench, entry, 'initial');
  // Its own clearing of marks is the last change: the next pass sees that once.
  await pass(stage.bench, entry, 'delta');
  let target = 0;
  const source = await roundTripsAfterSignIn(from, async () => {
    target = await roundTripsAfterSignIn(to, async () => {
      expect((await pass(stage.bench, entry, 'delta')).books.total).toMatchObject({ seen: 3, unchanged: 3 });
    });
  });
  return { source, target };
}

describe(`a delta pass over ${FOLDERS} folders without a change`, () => {
  test('costs one round trip per side with LIST-STATUS, besides the look at INBOX’s flags of a target', async () => {
    const { source, target } = await noChange(stage.source, 'with');
    expect(source).toBe(1);
    expect(target).toBeLessThanOrEqual(2);
  });

  test('costs at most two round trips per folder without LIST-STATUS', async () => {
    const server = await startDovecot({ hide: ['LIST-STATUS'] });
    onTestFinished(() => server.stop());
    const { source, target } = await noChange(server, 'without');
    expect(source).toBeLessThanOrEqual(2 * FOLDERS);
    expect(target).toBeLessThanOrEqual(2 * FOLDERS);
    // They go in one flight.
    expect(source).toBeLessThanOrEqual(3);
  });

  test('costs at most two round trips per folder without CONDSTORE, where nothing tells that nothing changed', async () => {
    const server = await startDovecot({ hide: ['CONDSTORE', 'QRESYNC', 'LIST-STATUS'] });
    onTestFinished(() => server.stop());
    const { source, target } = await noChange(server, 'nomodseq');
    // Besides: the look at INBOX, LIST, and all the STATUS commands in one flight.
    expect(source).toBeLessThanOrEqual(2 * FOLDERS + 3);
    expect(target).toBeLessThanOrEqual(2 * FOLDERS + 3);
  });
});
