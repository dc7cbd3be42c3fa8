import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { archiveConnector } from '@sterna/connector-archive';
import { caldavConnector } from '@sterna/connector-caldav';
import { carddavConnector } from '@sterna/connector-carddav';
import { googleConnector } from '@sterna/connector-google';
import type { ContentKind } from '@sterna/core';
import type { Google } from '@sterna/simulator-google';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compareCalendars, corpusObjects, isCorpusThere, objectFilesIn, unmatchedCards } from '../support/corpus.ts';
import { addEntry, type Bench, type Endpoint, notes, openBench, pass } from '../support/direct-pass.ts';
import { scratch } from '../support/folders.ts';
import { googleEndpoint } from '../support/google.ts';
import { startTinyDav } from '../support/tiny-dav.ts';
import { startGoogle } from '../support/watched-simulators.ts';

let dir: string;
let bench: Bench;
let server: Google;

beforeAll(async () => {
  if (!isCorpusThere) return;
  dir = scratch('google-corpus');
  const only = (name: string, kind: ContentKind) => ({
    ...googleConnector,
    name,
    open: (request: Parameters<typeof googleConnector.open>[0]) => googleConnector.open({ ...request, kinds: [kind] }),
  });
  bench = await openBench(join(dir, 'data'), [
    caldavConnector,
    carddavConnector,
    archiveConnector,
    only('google-event', 'event'),
    only('google-contact', 'contact'),
  ]);
  server = await startGoogle({ empty: true });
}, 120_000);

afterAll(async () => {
  const [failure] = server?.failures ?? [];
  await server?.stop();
  await bench?.close();
  if (dir !== undefined) rmSync(dir, { recursive: true, force: true });
  // A bug of the simulator must not pass for an answer of Google.
  if (failure !== undefined) throw failure;
});

const UNLIMITED = 1_000_000_000;

const domain = (connector: string): Endpoint => ({
  ...googleEndpoint(server, 'alice@nordwind.example', {
    unitsPerMinute: { calendar: UNLIMITED, people: UNLIMITED },
  }),
  connector,
});

/** There, on into files, and a delta pass over each: what arrived, and what was told of it. */
async function through(
  kind: 'event' | 'contact',
  given: ReadonlyMap<string, Buffer>,
): Promise<{ text: string; failures: readonly string[]; noted: readonly string[] }> {
  const source = await startTinyDav(kind === 'event' ? 'caldav' : 'carddav', { objects: given });
  try {
    const entry = await addEntry(bench, source.end, domain(`google-${kind}`));
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
    const settings = { path, format: kind === 'event' ? 'ics' : 'vcf' };
    const out = await addEntry(bench, domain(`google-${kind}`), { connector: 'archive', settings, address: '.' });
    const written = await pass(bench, out, 'initial');
    expect(written).toMatchObject({ status: 'completed', error: null });
    expect(written.books.total).toMatchObject({ seen: given.size - failures.length, failed: 0 });
    expect((await pass(bench, out, 'delta')).books.total).toMatchObject({ created: 0, updated: 0 });
    expect(server.calendarMails).toEqual([]);
    return {
      text: objectFilesIn(path),
      failures,
      noted: told.filter((note) => note.kind === 'fidelity').map((note) => note.code),
    };
  } finally {
    await source.stop();
  }
}

describe.skipIf(!isCorpusThere)('a corpus of real-world oddities, through Google into files', () => {
  test('calendars: the same meaning, or the reason', async () => {
    const given = corpusObjects('calendar');
    const { text, failures, noted } = await through('event', given);
    expect(noted).toEqual(expect.arrayContaining(['zone-replaced']));
    const compared = compareCalendars(given, text);
    const different = compared.filter(({ before, after }) => !isDeepStrictEqual(after, before)).map(({ name }) => name);
    expect(different).toEqual([]);
    // Two masters under one UID are no object at all; that is told, and all others arrive.
    expect(failures).toEqual([expect.stringContaining('two objects have the same UID')]);
    expect(compared.length).toBeGreaterThanOrEqual(given.size - 2);
  }, 300_000);

  test('contacts: the same meaning, or the reason', async () => {
    const given = corpusObjects('contacts');
    const { text, failures, noted } = await through('contact', given);
    expect(noted).toContain('fields-not-held');
    expect(unmatchedCards(given, text)).toEqual([]);
    expect(failures).toEqual([]);
  }, 300_000);
});
