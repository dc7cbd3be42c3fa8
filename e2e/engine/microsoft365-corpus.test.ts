import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { archiveConnector } from '@sterna/connector-archive';
import { caldavConnector } from '@sterna/connector-caldav';
import { carddavConnector } from '@sterna/connector-carddav';
import { microsoft365Connector } from '@sterna/connector-microsoft365';
import type { ContentKind } from '@sterna/core';
import type { Microsoft365 } from '@sterna/simulator-microsoft365';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compareCalendars, corpusObjects, isCorpusThere, objectFilesIn, unmatchedCards } from '../support/corpus.ts';
import { addEntry, type Bench, type Endpoint, notes, openBench, pass } from '../support/direct-pass.ts';
import { scratch } from '../support/folders.ts';
import { microsoft365Endpoint } from '../support/microsoft365.ts';
import { startTinyDav } from '../support/tiny-dav.ts';
import { startMicrosoft365 } from '../support/watched-simulators.ts';

let dir: string;
let bench: Bench;
let server: Microsoft365;

beforeAll(async () => {
  if (!isCorpusThere) return;
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
      text: objectFilesIn(path),
      failures,
      noted: told.filter((note) => note.kind === 'fidelity').map((note) => note.code),
    };
  } finally {
    await source.stop();
  }
}

describe.skipIf(!isCorpusThere)('a corpus of real-world oddities, through Microsoft 365 into files', () => {
  test('calendars: the same meaning, or the reason', async () => {
    const given = corpusObjects('calendar');
    const { text, failures, noted } = await through('event', given);
    expect(noted).toEqual(expect.arrayContaining(['people-in-body', 'floating-time-fixed', 'recurrence-not-held']));
    const compared = compareCalendars(given, text);
    for (const { name, before, after } of compared) expect(after, name).toEqual(before);
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
