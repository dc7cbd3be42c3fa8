import { inParallel, type Session } from '@sterna/connector-kit';
import { IdleClock } from '@sterna/connector-suite';
import { type Assumptions, DOCUMENTED_LIMITS, type Google, type LoggedRequest } from '@sterna/simulator-google';
import { afterEach, describe, expect, test } from 'vitest';
import { openSession } from '../../src/session.ts';
import { watchedGoogle } from '../watched-google.ts';

const ADDRESS = 'alice@nordwind.example';
const MINUTE = 60_000;
const LATENCY_MS = 100;

let server: Google;
let clock: IdleClock;
let session: Session;
afterEach(async () => {
  session.destroy();
  clock.stop();
});

async function open(assumptions: Partial<Assumptions> = {}): Promise<void> {
  clock = new IdleClock();
  server = await watchedGoogle({ clock, latencyMs: LATENCY_MS, limits: 'documented', assumptions });
  session = await openSession(
    {
      system: {
        settings: { baseUrl: server.baseUrl, tokenUrl: `${server.baseUrl}/token` },
        credentials: { password: JSON.stringify(server.keyFile) },
      },
      address: ADDRESS,
      kinds: ['message'],
      role: 'write',
      installation: '0badcafe',
      signal: new AbortController().signal,
    },
    clock,
  );
}

const message = (n: number): Buffer =>
  Buffer.from(
    [
      `From: a${n}@example.org`,
      'To: b@example.org',
      'Date: Fri, 02 Jan 2026 03:04:05 +0000',
      `Message-ID: <${n}@example.org>`,
      `Subject: ${n}`,
      '',
      'Words.',
      '',
    ].join('\r\n'),
  );

/** As the engine writes: batches of the size that the connector asks for, as many at once. @returns ids */
async function write(container: string, count: number): Promise<string[]> {
  const { writer, capabilities } = session;
  const { objects, inFlight } = capabilities.batch;
  const batches = Array.from({ length: Math.ceil(count / objects) }, (_, at) =>
    Array.from({ length: Math.min(objects, count - at * objects) }, (_, n) => at * objects + n),
  );
  const written = await inParallel(batches, inFlight, async (numbers) =>
    writer?.apply(
      numbers.map((n) => {
        const body = message(n);
        return {
          verb: 'create' as const,
          op: String(n),
          container,
          flags: [],
          date: new Date(Date.UTC(2026, 0, 2)),
          size: body.length,
          body,
        };
      }),
    ),
  );
  return written.flat().map((result) => {
    if (result?.outcome !== 'done') throw new Error(result?.outcome);
    return result.targetId ?? '';
  });
}

/**
 * The share of Gmail's units that these requests used, each of so many; what may go at once in the first minute says
 * nothing of what lasts.
 */
function shareOf(requests: readonly LoggedRequest[], units: number): { share: number; refused: number } {
  const taken = requests.filter(({ status }) => status < 400);
  const from = (taken[0]?.at ?? 0) + MINUTE;
  const until = taken.at(-1)?.at ?? 0;
  const used = taken.filter(({ at }) => at >= from).length * units;
  expect(until - from).toBeGreaterThanOrEqual(MINUTE);
  return {
    share: used / ((DOCUMENTED_LIMITS.gmail.perUserMinute * (until - from)) / MINUTE),
    refused: requests.length - taken.length,
  };
}

describe('one mailbox, on a clock of its own, told nothing of the limit that its project has', () => {
  test('finds it, and makes use of it both ways', async () => {
    await open();
    const { container } = (await session.writer?.ensureContainer(['INBOX'], {})) ?? {};
    const ids = await write(container?.id ?? '', 800);
    const written = shareOf(
      server.requests.filter(({ method, target }) => method === 'POST' && target.startsWith('/upload/gmail/')),
      25,
    );
    expect(written.share).toBeGreaterThanOrEqual(0.85);
    server.requests.length = 0;
    let read = 0;
    for await (const one of session.reader.read(container?.id ?? '', ids)) if ('body' in one) read += 1;
    expect(read).toBe(ids.length);
    const taken = shareOf(
      server.requests.filter(({ target }) => /^\/gmail\/v1\/users\/me\/messages\/[^/?]+\?/.test(target)),
      20,
    );
    expect(taken.share).toBeGreaterThanOrEqual(0.85);
    // A refusal is waited for; most requests aren't refused.
    expect(written.refused + taken.refused).toBeLessThan(80);
  });

  test('as 429, too, which Google’s pages name as well: everything is written, once', async () => {
    await open({ overQuotaStatus: 429 });
    const { container } = (await session.writer?.ensureContainer(['INBOX'], {})) ?? {};
    const ids = await write(container?.id ?? '', 300);
    expect(new Set(ids).size).toBe(300);
    expect(server.requests.filter(({ status }) => status === 429)).not.toEqual([]);
    expect(server.requests.filter(({ status }) => status === 403)).toEqual([]);
  });
});
