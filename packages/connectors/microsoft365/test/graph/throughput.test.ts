import type { Session } from '@sterna/connector-kit';
import { inParallel } from '@sterna/connector-kit';
import { IdleClock } from '@sterna/connector-suite';
import { type Microsoft365, startMicrosoft365 } from '@sterna/simulator-microsoft365';
import { afterEach, describe, expect, test } from 'vitest';
import { openSession } from '../../src/session.ts';
import { simulated } from '../mail/suite-endpoint.ts';

const LONG = process.env.STERNA_TEST_LONG !== undefined;
const ADDRESS = 'alice@contoso.example';
/** What the vendor lets an app do with one mailbox, a second. */
const REQUESTS = 10_000 / 600;
const BYTES = 150_000_000 / 300;

let server: Microsoft365;
let clock: IdleClock;
let session: Session;
afterEach(async () => {
  session.destroy();
  clock.stop();
  await server.stop();
});

async function open(latencyMs: number): Promise<void> {
  clock = new IdleClock();
  server = await startMicrosoft365({ empty: true, clock, latencyMs, limits: 'documented' });
  session = await openSession(
    {
      ...simulated(server, ADDRESS),
      kinds: ['message'],
      role: 'write',
      installation: '0badcafe',
      signal: new AbortController().signal,
    },
    clock,
  );
}

const message = (n: number, bytes: number): Buffer =>
  Buffer.from(
    [
      `From: a${n}@example.org`,
      'To: b@example.org',
      'Date: Fri, 02 Jan 2026 03:04:05 +0000',
      `Subject: ${n}`,
      '',
      // Its own bytes are what is sent: text takes one in JSON, and is no attachment.
      'Words and words. '.repeat(Math.ceil(bytes / 17)).slice(0, bytes),
      '',
    ].join('\r\n'),
  );

/** As the engine writes: batches of the size that the connector asks for, as many at once. @returns ids */
async function write(count: number, bytes: number): Promise<string[]> {
  const { writer, capabilities } = session;
  if (writer === undefined) throw new Error('no writer');
  const { container } = await writer.ensureContainer(['INBOX'], {});
  const { objects, inFlight } = capabilities.batch;
  const batches = Array.from({ length: Math.ceil(count / objects) }, (_, at) =>
    Array.from({ length: Math.min(objects, count - at * objects) }, (_, n) => at * objects + n),
  );
  const written = await inParallel(batches, inFlight, async (numbers) =>
    writer.apply(
      numbers.map((n) => {
        const body = message(n, bytes);
        return {
          verb: 'create' as const,
          op: String(n),
          container: container.id,
          flags: [],
          date: new Date(Date.UTC(2026, 0, 2)),
          size: body.length,
          body,
        };
      }),
    ),
  );
  return written.flat().map((result) => {
    if (result.outcome !== 'done') throw new Error(result.outcome);
    return result.targetId ?? '';
  });
}

interface Rate {
  /** That the service took, each of a batch for itself, and in a second of its time. */
  readonly count: number;
  readonly requests: number;
  readonly refused: number;
  readonly seconds: number;
}

async function rateOf(work: () => Promise<unknown>): Promise<Rate> {
  server.requests.length = 0;
  const from = clock.now();
  await work();
  const seconds = (clock.now() - from) / 1_000;
  const metered = server.requests.filter(({ target }) => !target.endsWith('/$batch'));
  const refused = metered.filter(({ status }) => status === 429).length;
  const count = metered.length - refused;
  return { count, requests: count / seconds, refused, seconds };
}

const told = (what: string, { count, requests, seconds }: Rate): void =>
  console.log(
    `${what}: ${count} requests in ${Math.round(seconds)} s of the service’s time, ${requests.toFixed(2)} a second`,
  );

describe('one mailbox, on a clock of its own', () => {
  test.each([
    [250, 300],
    [1_000, 300],
  ])('writes at %i ms of latency: four at once, all the time', async (latencyMs, count) => {
    await open(latencyMs);
    const { requests, refused } = await rateOf(() => write(count, 500));
    expect(requests).toBeGreaterThanOrEqual(0.85 * Math.min(4_000 / latencyMs, REQUESTS));
    expect(requests).toBeLessThanOrEqual(4_000 / latencyMs);
    expect(refused).toBe(0);
  });

  test('reads as well', async () => {
    await open(250);
    const ids = await write(300, 500);
    const { container } = (await session.writer?.ensureContainer(['INBOX'], {})) ?? {};
    const { requests, refused } = await rateOf(async () => {
      for await (const one of session.reader.read(container?.id ?? '', ids)) expect('body' in one).toBe(true);
    });
    expect(requests).toBeGreaterThanOrEqual(0.85 * Math.min(4_000 / 250, REQUESTS));
    expect(refused).toBe(0);
  });

  test('changes the state of many: as many requests as it may send, though twenty go at once', async () => {
    await open(100);
    const ids = await write(100, 200);
    const { container } = (await session.writer?.ensureContainer(['INBOX'], {})) ?? {};
    const rate = await rateOf(async () => {
      for (let round = 0; round < 150; round += 1) {
        const change = { add: round % 2 === 0 ? ['\\Seen'] : [], remove: round % 2 === 0 ? [] : ['\\Seen'] };
        const results = await session.writer?.apply(
          ids.map((targetId) => ({
            verb: 'state' as const,
            op: targetId,
            container: container?.id ?? '',
            targetId,
            ...change,
          })),
        );
        expect(results?.every(({ outcome }) => outcome === 'done')).toBe(true);
      }
    });
    // Half of a window may go at once: only what takes longer than one shows what lasts.
    expect(rate.count).toBeGreaterThanOrEqual(10_000);
    expect(rate.seconds).toBeGreaterThanOrEqual(600);
    expect(rate.requests).toBeGreaterThanOrEqual(0.85 * REQUESTS);
    expect(rate.refused).toBe(0);
  });

  test('writes much: as many bytes as it may send', async () => {
    await open(100);
    // More than a window of them.
    const count = 100;
    const rate = await rateOf(() => write(count, 1_700_000));
    told(`${((count * 1.7) / rate.seconds).toFixed(3)} MB a second`, rate);
    expect((count * 1_700_000) / rate.seconds).toBeGreaterThanOrEqual(0.85 * BYTES);
    expect(rate.refused).toBe(0);
  });

  test.runIf(LONG)(
    'writes many: as many requests as it may send',
    async () => {
      await open(100);
      const rate = await rateOf(() => write(25_000, 200));
      told('25,000 messages written', rate);
      expect(rate.requests).toBeGreaterThanOrEqual(0.85 * REQUESTS);
      expect(rate.refused).toBe(0);
    },
    600_000,
  );
});
