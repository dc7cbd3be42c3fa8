import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { imapConnector } from '@sterna/connector-imap';
import { microsoft365Connector } from '@sterna/connector-microsoft365';
import type { Microsoft365 } from '@sterna/simulator-microsoft365';
import { type Dovecot, startDovecot } from '@sterna/test-servers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { corpusMail, crlf, isCorpusThere } from '../support/corpus.ts';
import { addEntry, type Bench, openBench, pass } from '../support/direct-pass.ts';
import { imapEndpoint, maildirMessages } from '../support/dovecot-mailbox.ts';
import { scratch } from '../support/folders.ts';
import { type MailMeaning, mailMeanings } from '../support/independent-mail.ts';
import { microsoft365Endpoint } from '../support/microsoft365.ts';
import { putMail } from '../support/put-mail.ts';
import { startMicrosoft365 } from '../support/watched-simulators.ts';

const corpus = corpusMail();
const names = [...corpus.keys()];
const originals = [...corpus.values()];

/** Without a date in their header that anybody can read, so that they come by JSON, as in the second test. */
const DATELESS: readonly string[] = [
  'error_emails__bad_encoded_subject.eml',
  'error_emails__invalid_subject_characters.eml',
  'error_emails__multiple_content_types.eml',
  'error_emails__multiple_invalid_content_dispositions.eml',
  'error_emails__multiple_references_with_one_invalid.eml',
  'multi_charset__japanese.eml',
  'multi_charset__japanese_iso_2022.eml',
  // Before 1970, which no Maildir has.
  'rfc2822__example04.eml',
  'rfc2822__example10.eml',
  'rfc2822__example13.eml',
  'rfc6532__utf8_headers.eml',
];
/** Not different, but read otherwise by Python: what is broken in them has no one meaning. */
const MISREAD: readonly string[] = [
  // No such charset: the word is shown as it stands.
  'error_emails__bad_encoded_subject.eml: subject',
  // A part without content: a line end, or not even that.
  'error_emails__content_transfer_encoding_x_uuencode.eml: files',
  // An address without brackets behind words; an id without brackets, which gets them.
  'plain_emails__mix_caps_content_type.eml: from, id',
  // A header that begins with a blank: all of it is text.
  'plain_emails__raw_email_incorrect_header.eml: shown',
];

let dir: string;
let bench: Bench;
let source: Dovecot;
let tenant: Microsoft365;
beforeAll(async () => {
  if (!isCorpusThere) return;
  dir = scratch('microsoft365-mail-corpus');
  [bench, source, tenant] = await Promise.all([
    openBench(join(dir, 'data'), [imapConnector, microsoft365Connector]),
    startDovecot({ listescape: true }),
    startMicrosoft365({ empty: true, assumptions: { importMime: true } }),
  ]);
  const said = mailMeanings(originals);
  for (const [n, raw] of originals.entries()) {
    const [subject, text] = [names[n] ?? '', raw.toString('latin1')];
    putMail(source.mailRoot('corpus'), { subject, date: arrivalOf(n), raw: text });
    // What is imported as MIME has no other date than the one in its header.
    const sent = said[n]?.received ?? said[n]?.date ?? 0;
    putMail(source.mailRoot('dated'), { subject, date: sent > 0 ? new Date(sent * 1_000) : arrivalOf(n), raw: text });
  }
  source.adopt('dated');
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

interface Arrived {
  readonly back: readonly { readonly raw: Buffer; readonly date: number }[];
  /** Codes of what was told on the way there, and of what failed; by the file's number. */
  readonly noted: ReadonlyMap<number, readonly string[]>;
  readonly failed: ReadonlyMap<number, string>;
}

/** From IMAP into Microsoft 365, and from there into another IMAP account. */
async function through(from: string, person: string, mailRoute: 'json' | 'importMime'): Promise<Arrived> {
  const mailbox = microsoft365Endpoint(tenant, `${person}@contoso.example`, { mailRoute });
  const there = await addEntry(bench, imapEndpoint(source, from), mailbox);
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
  return { back: messages.map(({ raw, date }) => ({ raw: crlf(raw), date })), noted, failed };
}

describe.skipIf(!isCorpusThere)('a corpus of real, awkward mail, through Microsoft 365 and back', () => {
  test('as MIME: byte by byte wherever its header has a date', async () => {
    const { back, failed } = await through('dated', 'alice', 'importMime');
    expect([...failed]).toEqual([]);
    const arrived = new Set(back.map(({ raw }) => raw.toString('latin1')));
    const changed = names.filter((_, n) => !arrived.has((originals[n] as Buffer).toString('latin1')));
    expect(changed).toEqual(DATELESS);
  }, 120_000);

  test('as JSON: the same meaning, or the reason', async () => {
    const { back, noted, failed } = await through('corpus', 'bjorn', 'json');
    expect([...failed]).toEqual([]);
    const byNumber = new Map(back.map(({ raw, date }) => [numberOf(date), raw]));
    expect(byNumber.size).toBe(names.length);
    const before = mailMeanings(originals);
    const after = mailMeanings(names.map((_, n) => byNumber.get(n) ?? Buffer.alloc(0)));
    const silent = names.flatMap((name, n) => {
      const lost = differing(before[n] as MailMeaning, after[n] as MailMeaning);
      // What Exchange adds where there was nothing explains nothing that is lost.
      const told = (noted.get(n) ?? []).filter((code) => code !== 'message-id-added' && code !== 'sent-date-added');
      return lost.length === 0 || told.length > 0 ? [] : [`${name}: ${lost.join(', ')}`];
    });
    expect(silent).toEqual(MISREAD);
  }, 120_000);
});

/** What the copy doesn't say, or says otherwise; where the original says nothing, Exchange may. */
const differing = (one: MailMeaning, other: MailMeaning): (keyof MailMeaning)[] =>
  (Object.keys(one) as (keyof MailMeaning)[]).filter((key) => {
    if (key === 'received') return false;
    const [said, copied] = [one[key], other[key]];
    if (said === null || (typeof said !== 'number' && said.length === 0)) return false;
    return JSON.stringify(said) !== JSON.stringify(copied);
  });
