import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { imapConnector } from '@sterna/connector-imap';
import { microsoft365Connector } from '@sterna/connector-microsoft365';
import { type Microsoft365, startMicrosoft365 } from '@sterna/simulator-microsoft365';
import { type Dovecot, startDovecot } from '@sterna/test-servers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addEntry, type Bench, openBench, pass } from '../support/direct-pass.ts';
import { imapEndpoint, maildirMessages } from '../support/dovecot-mailbox.ts';
import { scratch } from '../support/folders.ts';
import { type MailMeaning, mailMeanings } from '../support/independent-mail.ts';
import { microsoft365Endpoint } from '../support/microsoft365.ts';
import { putMail } from '../support/put-mail.ts';

// Real messages from another project's test suite, many of them broken, where they are at hand.
const corpus = fileURLToPath(new URL('../../../shared/corpus/mail', import.meta.url));
const isThere = existsSync(corpus);
const names = isThere ? readdirSync(corpus).sort() : [];

let dir: string;
let bench: Bench;
let source: Dovecot;
let tenant: Microsoft365;
beforeAll(async () => {
  if (!isThere) return;
  dir = scratch('microsoft365-mail-corpus');
  [bench, source, tenant] = await Promise.all([
    openBench(join(dir, 'data'), [imapConnector, microsoft365Connector]),
    startDovecot({ listescape: true }),
    startMicrosoft365({ empty: true, assumptions: { importMime: true } }),
  ]);
  for (const [n, name] of names.entries())
    putMail(source.mailRoot('corpus'), {
      subject: name,
      date: arrivalOf(n),
      raw: readFileSync(join(corpus, name), 'latin1'),
    });
  source.adopt('corpus');
});
afterAll(async () => {
  const [failure] = tenant?.failures ?? [];
  await Promise.all([source?.stop(), tenant?.stop(), bench?.close()]);
  if (dir !== undefined) rmSync(dir, { recursive: true, force: true });
  // A bug of the simulator must not pass for an answer of Microsoft 365.
  if (failure !== undefined) throw failure;
});

/** Each file arrived at a moment of its own, by which its copy is known. */
const arrivalOf = (n: number): Date => new Date(Date.UTC(2026, 0, 1, 0, n));
const numberOf = (date: number): number => Math.round((date - arrivalOf(0).getTime()) / 60_000);

const crlf = (raw: Buffer): Buffer => Buffer.from(raw.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1');

interface Arrived {
  /** What came back, by the file's number. */
  readonly back: ReadonlyMap<number, Buffer>;
  /** Codes of what was told on the way there, and of what failed. */
  readonly noted: ReadonlyMap<number, readonly string[]>;
  readonly failed: ReadonlyMap<number, string>;
}

/** From IMAP into Microsoft 365, and from there into another IMAP account. */
async function through(person: string, mailRoute: 'json' | 'importMime'): Promise<Arrived> {
  const mailbox = microsoft365Endpoint(tenant, `${person}@contoso.example`, { mailRoute });
  const there = await addEntry(bench, imapEndpoint(source, 'corpus'), mailbox);
  const first = await pass(bench, there, 'initial', { failureShare: { share: 1 } });
  expect(first.error).toBeNull();
  expect(first.books).toMatchObject({ balanced: true, total: { seen: names.length } });
  const { rows } = await bench.database.pool.query<{ kind: string; code: string; text: string; src_id: string }>(
    'select kind, code, text, src_id from object_note where entry_id = $1 order by id',
    [there],
  );
  // Delivered one after the other, so that the nth has the UID n.
  const at = ({ src_id }: { src_id: string }): number => Number(/\d+$/.exec(src_id)?.[0]) - 1;
  const noted = new Map<number, string[]>();
  const failed = new Map<number, string>();
  for (const row of rows)
    if (row.kind === 'failure') failed.set(at(row), `${row.code}: ${row.text}`);
    else noted.set(at(row), [...(noted.get(at(row)) ?? []), row.code]);
  expect(first.books.total).toMatchObject({ created: names.length - failed.size, failed: failed.size });
  expect((await pass(bench, there, 'delta', { failureShare: { share: 1 } })).books.total).toMatchObject({ created: 0 });

  source.adopt(person);
  const back = await addEntry(bench, mailbox, imapEndpoint(source, person));
  const second = await pass(bench, back, 'initial');
  expect(second).toMatchObject({ status: 'completed', error: null });
  expect(second.books.total).toMatchObject({ seen: names.length - failed.size, failed: 0 });
  const messages = [...maildirMessages(source.mailRoot(person)).values()].flat();
  return { back: new Map(messages.map(({ raw, date }) => [numberOf(date), crlf(raw)])), noted, failed };
}

const files = (numbers: Iterable<number>): string[] => [...numbers].map((n) => names[n] ?? String(n));

describe.skipIf(!isThere)('a corpus of real, awkward mail, through Microsoft 365 and back', () => {
  test('as MIME: byte by byte, or the reason', async () => {
    const { back, noted, failed } = await through('alice', 'importMime');
    expect([...failed]).toEqual([]);
    const changed = names.flatMap((name, n) =>
      back.get(n)?.equals(crlf(readFileSync(join(corpus, name)))) === true ? [] : [n],
    );
    console.log(
      'changed',
      files(changed),
      changed.map((n) => noted.get(n)),
    );
  }, 120_000);

  test('as JSON: the same meaning, or the reason', async () => {
    const { back, noted, failed } = await through('bjorn', 'json');
    expect([...failed]).toEqual([]);
    const before = mailMeanings(names.map((name) => readFileSync(join(corpus, name))));
    const after = mailMeanings(names.map((_, n) => back.get(n) ?? Buffer.alloc(0)));
    for (const [n, name] of names.entries()) {
      const d = differing(before[n] as MailMeaning, after[n] as MailMeaning);
      if (d.length > 0)
        console.log(name, noted.get(n), JSON.stringify(d.map((k) => [k, before[n]?.[k], after[n]?.[k]])).slice(0, 600));
    }
  }, 120_000);
});

const differing = (one: MailMeaning, other: MailMeaning): (keyof MailMeaning)[] =>
  (Object.keys(one) as (keyof MailMeaning)[]).filter((key) => JSON.stringify(one[key]) !== JSON.stringify(other[key]));
