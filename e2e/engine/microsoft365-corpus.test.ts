import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { archiveConnector } from '@sterna/connector-archive';
import { caldavConnector } from '@sterna/connector-caldav';
import { carddavConnector } from '@sterna/connector-carddav';
import { microsoft365Connector } from '@sterna/connector-microsoft365';
import type { ContentKind } from '@sterna/core';
import { type Microsoft365, startMicrosoft365 } from '@sterna/simulator-microsoft365';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addEntry, type Bench, type Endpoint, notes, openBench, pass } from '../support/direct-pass.ts';
import { scratch } from '../support/folders.ts';
import { calendarMeaning } from '../support/independent-calendar.ts';
import { cardMeanings } from '../support/independent-cards.ts';
import { microsoft365Endpoint } from '../support/microsoft365.ts';
import { startTinyDav } from '../support/tiny-dav.ts';

// Real objects from other projects' test suites, where they are at hand.
const corpus = fileURLToPath(new URL('../../../shared/corpus', import.meta.url));

/** Each file, and each object in it, with UIDs of its own. */
function objects(folder: 'calendar' | 'contacts'): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  for (const [i, name] of readdirSync(join(corpus, folder)).entries()) {
    const text = readFileSync(join(corpus, folder, name), 'latin1').replace(/^UID:(.*?)(\r?)$/gm, `UID:$1-${i}$2`);
    const parts = folder === 'contacts' ? cardsOf(text) : eventsOf(text);
    for (const [n, part] of parts.entries())
      found.set(parts.length === 1 ? name : name.replace(/\.\w+$/, `.${n}$&`), Buffer.from(part, 'latin1'));
  }
  return found;
}

const cardsOf = (text: string): string[] =>
  text.match(/^BEGIN:VCARD[\s\S]*?^END:VCARD/gim)?.map((one) => `${one}\r\n`) ?? [];

function eventsOf(text: string): string[] {
  const events = text.match(/^BEGIN:VEVENT[\s\S]*?^END:VEVENT/gm) ?? [];
  const zones = text.match(/^BEGIN:VTIMEZONE[\s\S]*?^END:VTIMEZONE/gm) ?? [];
  const byUid = Map.groupBy(events, (one) => /^UID:(.*?)\r?$/m.exec(one)?.[1]);
  return [...byUid.values()].map((group) =>
    ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Test//EN', ...zones, ...group, 'END:VCALENDAR', ''].join('\r\n'),
  );
}

let dir: string;
let bench: Bench;
let server: Microsoft365;

beforeAll(async () => {
  if (!existsSync(corpus)) return;
  dir = scratch('microsoft365-corpus');
  const only = (name: string, kind: ContentKind) => ({
    ...microsoft365Connector,
    name,
    open: (request: Parameters<typeof microsoft365Connector.open>[0]) =>
      microsoft365Connector.open({ ...request, kinds: [kind] }),
  });
  bench = await openBench(join(dir, 'data'), [
    caldavConnector,
    carddavConnector,
    archiveConnector,
    only('microsoft365-event', 'event'),
    only('microsoft365-contact', 'contact'),
  ]);
  server = await startMicrosoft365({ empty: true });
}, 120_000);

afterAll(async () => {
  const [failure] = server?.failures ?? [];
  await server?.stop();
  await bench?.close();
  if (dir !== undefined) rmSync(dir, { recursive: true, force: true });
  // A bug of the simulator must not pass for an answer of Microsoft 365.
  if (failure !== undefined) throw failure;
});

const tenant = (connector: string): Endpoint => ({
  ...microsoft365Endpoint(server, 'alice@contoso.example'),
  connector,
});

/** All files below a folder, as text. */
const filesIn = (path: string): string =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile() && /\.(?:ics|vcf)$/.test(one.name))
    .map((one) => readFileSync(join(one.parentPath, one.name), 'utf8'))
    .join('\n');

/** There, on into files, and a delta pass over each: what arrived, by the UID; what didn't, by its note. */
async function through(
  kind: 'event' | 'contact',
  given: ReadonlyMap<string, Buffer>,
): Promise<{ text: string; failures: readonly string[]; noted: readonly string[] }> {
  const source = await startTinyDav(kind === 'event' ? 'caldav' : 'carddav', { objects: given });
  try {
    const entry = await addEntry(bench, source.end, tenant(`microsoft365-${kind}`));
    const done = await pass(bench, entry, 'initial', { failureShare: { share: 1 } });
    expect(done.error).toBeNull();
    expect(done.books.total.seen).toBe(given.size);
    const told = await notes(bench, entry);
    const failures = told.filter((note) => note.kind === 'failure').map((note) => `${note.code}: ${note.text}`);
    expect(done.books.total).toMatchObject({ failed: failures.length, created: given.size - failures.length });
    const again = await pass(bench, entry, 'delta', { failureShare: { share: 1 } });
    expect(again.books.total).toMatchObject({ created: 0, updated: 0 });

    const path = join(dir, kind);
    mkdirSync(path);
    const format = kind === 'event' ? 'ics' : 'vcf';
    const out = await addEntry(bench, tenant(`microsoft365-${kind}`), {
      connector: 'archive',
      settings: { path, format },
      address: '.',
    });
    const written = await pass(bench, out, 'initial');
    expect(written).toMatchObject({ status: 'completed', error: null });
    expect(written.books.total).toMatchObject({ seen: given.size - failures.length, failed: 0 });
    expect((await pass(bench, out, 'delta')).books.total).toMatchObject({ created: 0, updated: 0 });
    expect(server.invitations).toEqual([]);
    return {
      text: filesIn(path),
      failures,
      noted: told.filter((note) => note.kind === 'fidelity').map((note) => note.code),
    };
  } finally {
    await source.stop();
  }
}

const uidOf = (text: string): string | undefined => /^UID:(.*)$/m.exec(text.replace(/\r?\n[ \t]/g, ''))?.[1]?.trim();

describe.skipIf(!existsSync(corpus))('a corpus of real-world oddities, through Microsoft 365 into files', () => {
  test('calendars: the same meaning, or the reason', async () => {
    const given = objects('calendar');
    const { text, failures, noted } = await through('event', given);
    expect(noted).toEqual(expect.arrayContaining(['people-in-body', 'floating-time-fixed', 'recurrence-not-held']));
    const arrived = new Map(eventsOf(text.replace(/\r?\n[ \t]/g, '')).map((one) => [uidOf(one), one]));
    let compared = 0;
    for (const [name, raw] of given) {
      const uid = uidOf(raw.toString('utf8'));
      const copy = arrived.get(uid);
      // What had no UID was given one.
      if (uid === undefined || copy === undefined) continue;
      compared += 1;
      // A file of many has zones of many, and some of this corpus call different ones by one name.
      const zones = raw.toString('utf8').match(/^BEGIN:VTIMEZONE[\s\S]*?^END:VTIMEZONE/gm) ?? [];
      const alone = [
        'BEGIN:VCALENDAR',
        ...zones,
        copy
          .replace(/^BEGIN:VTIMEZONE[\s\S]*?^END:VTIMEZONE\r?\n/gm, '')
          .replace(/^(?:BEGIN|END):VCALENDAR\r?\n/gm, '')
          .trim(),
        'END:VCALENDAR',
        '',
      ].join('\r\n');
      expect(calendarMeaning(alone), name).toEqual(calendarMeaning(raw.toString('utf8')));
    }
    // Two masters under one UID are no object at all; that is told, and all others arrive.
    expect(failures).toEqual([expect.stringContaining('two objects have the same UID')]);
    expect(compared).toBeGreaterThanOrEqual(given.size - 2);
  }, 300_000);

  test('contacts: the same meaning, or the reason', async () => {
    const given = objects('contacts');
    const { text, failures, noted } = await through('contact', given);
    expect(noted).toContain('fields-not-held');
    const arrived = cardMeanings(Buffer.from(text));
    const unmatched: string[] = [];
    for (const [name, raw] of given) {
      const before = cardMeanings(raw)[0] ?? [];
      const copies = arrived.filter((after) => {
        // Cards that had no UID, or no name to show, got one.
        const added = ['["UID"', '["FN"', '["N"'].filter((head) => !before.some((line) => line.startsWith(head)));
        return (
          JSON.stringify(after.filter((line) => !added.some((head) => line.startsWith(head)))) ===
          JSON.stringify(before)
        );
      });
      if (copies.length === 0) unmatched.push(name);
    }
    expect(unmatched).toEqual([]);
    expect(failures).toEqual([]);
  }, 300_000);
});
