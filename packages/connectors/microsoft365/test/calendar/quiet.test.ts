import type { Microsoft365 } from '@sterna/simulator-microsoft365';
import { afterEach, expect, test } from 'vitest';
import { microsoft365Connector } from '../../src/index.ts';
import { simulated } from '../mail/suite-endpoint.ts';
import { DirectGraph, type Json } from '../outlook/direct-graph.ts';
import { startSimulator } from '../simulator.ts';

const ALICE = 'alice@contoso.example';
let server: Microsoft365 | undefined;
afterEach(async () => {
  const [failure] = server?.failures ?? [];
  await server?.stop();
  server = undefined;
  if (failure !== undefined) throw failure;
});

async function session() {
  server = await startSimulator({ empty: true });
  const opened = await microsoft365Connector.open({
    ...simulated(server, ALICE),
    role: 'write',
    kinds: ['event'],
    installation: '0badcafe',
    signal: new AbortController().signal,
  });
  const writer = opened.writer;
  if (writer === undefined) throw new Error('no writer');
  return { server, opened, writer, graph: new DirectGraph(server, ALICE) };
}

const meeting = (summary: string): Buffer =>
  Buffer.from(
    [
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'PRODID:-//T//EN',
      'BEGIN:VEVENT',
      'UID:meeting',
      'DTSTART:20260302T100000Z',
      'DTEND:20260302T110000Z',
      'RRULE:FREQ=WEEKLY;COUNT=4',
      `SUMMARY:${summary}`,
      'ORGANIZER:mailto:alice@contoso.example',
      'ATTENDEE:mailto:bjorn@contoso.example',
      'END:VEVENT',
      'BEGIN:VEVENT',
      'UID:meeting',
      'RECURRENCE-ID:20260309T100000Z',
      'DTSTART:20260309T120000Z',
      'DTEND:20260309T130000Z',
      `SUMMARY:${summary} later`,
      'ATTENDEE:mailto:chloe@contoso.example',
      'END:VEVENT',
      'END:VCALENDAR',
      '',
    ].join('\r\n'),
  );

test('a meeting is written, replaced and removed, and nobody is mailed', async () => {
  const { server, opened, writer, graph } = await session();
  const { container } = await writer.ensureContainer(['Home'], { kind: 'event' });
  const body = meeting('Plans');
  const common = { container: container.id, size: body.length } as const;
  const [made] = await writer.apply([{ ...common, verb: 'create', op: 'a', flags: [], date: undefined, body }]);
  if (made?.outcome !== 'done' || made.targetId === undefined) throw new Error(JSON.stringify(made));
  expect(made.notes?.map((note) => note.code)).toContain('people-in-body');
  const other = meeting('Other plans');
  const [replaced] = await writer.apply([
    { ...common, verb: 'replace', op: 'b', targetId: made.targetId, ifVersion: made.version, body: other },
  ]);
  expect(replaced?.outcome).toBe('done');
  const id = made.targetId.replace(/^[a-z]+:/, '');
  const shown: Json = await graph.ok('GET', `/events/${encodeURIComponent(id)}?$expand=exceptionOccurrences`);
  expect(shown).toMatchObject({ subject: 'Other plans', attendees: [], type: 'seriesMaster' });
  expect(shown.exceptionOccurrences).toMatchObject([{ subject: 'Other plans later', attendees: [] }]);
  expect(shown.body.content).toContain('bjorn@contoso.example');
  expect(
    await writer.apply([{ verb: 'remove', op: 'c', container: container.id, targetId: made.targetId, how: 'expunge' }]),
  ).toMatchObject([{ outcome: 'done' }]);
  expect(server.invitations).toEqual([]);
  opened.destroy();
});

test('a meeting that Exchange looks after is neither replaced nor removed', async () => {
  const { server, opened, writer, graph } = await session();
  await graph.ok('POST', '/calendar/events', {
    subject: 'Theirs',
    start: { dateTime: '2026-03-02T10:00:00', timeZone: 'UTC' },
    end: { dateTime: '2026-03-02T11:00:00', timeZone: 'UTC' },
    attendees: [{ emailAddress: { address: 'bjorn@contoso.example' } }],
  });
  const before = server.invitations.length;
  expect(before).toBeGreaterThan(0);
  const [home] = await opened.reader.containers();
  let targetId = '';
  for await (const item of writer.inventory(home?.id ?? '', {})) targetId = item.targetId;
  const body = meeting('Mine');
  const target = { container: home?.id ?? '', targetId };
  const results = await writer.apply([
    { ...target, verb: 'replace', op: 'a', ifVersion: undefined, size: body.length, body },
    { ...target, verb: 'remove', op: 'b', how: 'expunge' },
  ]);
  expect(results).toMatchObject([
    { outcome: 'refused', error: { code: 'would-mail-people' } },
    { outcome: 'refused', error: { code: 'would-mail-people' } },
  ]);
  expect(server.invitations).toHaveLength(before);
  opened.destroy();
});
