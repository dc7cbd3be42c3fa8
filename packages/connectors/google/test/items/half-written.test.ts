import type { ContentKind } from '@sterna/core';
import { type Google, startGoogle } from '@sterna/simulator-google';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSession } from '../../src/session.ts';
import { simulated } from './direct-google.ts';
import { textOf } from './plain-lines.ts';

let server: Google;
beforeEach(async () => {
  server = await startGoogle({ empty: true });
});
afterEach(async () => {
  expect(server.failures).toEqual([]);
  await server.stop();
});

const series = textOf([
  ...[
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'BEGIN:VEVENT',
    'UID:series@x',
    'DTSTART:20260302T100000Z',
    'DTEND:20260302T110000Z',
  ],
  ...['RRULE:FREQ=DAILY;COUNT=3', 'SUMMARY:Daily', 'END:VEVENT'],
  ...[
    'BEGIN:VEVENT',
    'UID:series@x',
    'RECURRENCE-ID:20260303T100000Z',
    'DTSTART:20260303T120000Z',
    'DTEND:20260303T130000Z',
  ],
  ...['SUMMARY:Later', 'END:VEVENT', 'END:VCALENDAR'],
]);
const picture = Buffer.concat([
  Buffer.from('89504e470d0a1a0a0000000d49484452000000040000000408020000', 'hex'),
  Buffer.alloc(100),
]);
const card = textOf([
  ...['BEGIN:VCARD', 'VERSION:3.0', 'UID:card', 'FN:Ann Other', 'N:Other;Ann;;;'],
  ...[`PHOTO;ENCODING=b;TYPE=PNG:${picture.toString('base64')}`, 'END:VCARD'],
]);

async function open(kind: ContentKind) {
  const session = await openSession({
    ...simulated(server, 'alice@nordwind.example', { contactsDelaySeconds: 0 }),
    role: 'write',
    kinds: [kind],
    installation: '0011aabb',
    signal: new AbortController().signal,
  });
  const writer = session.writer as NonNullable<typeof session.writer>;
  const [home] = await session.reader.containers();
  return { session, writer, container: home?.id as string };
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** Kinds whose create takes several requests, and the second of them. */
const STEPPED: [ContentKind, Buffer, RegExp][] = [
  ['event', series, /\/instances/],
  ['contact', card, /:updateContactPhoto/],
];

test.each(STEPPED)('%s: what its writer died over is removed by the next one', async (kind, body, second) => {
  const { writer, container, session } = await open(kind);
  const since = await writer.mark(container);
  const create = { verb: 'create', op: '1', container, flags: [], date: undefined, size: body.length, body } as const;
  // As if the process had ended: nothing after the first request arrives, not even the clearing away.
  let begun = false;
  const fault = { kind: 'answer', status: 401, code: 'authError' } as const;
  const isLater = ({ target }: { readonly target: string }): boolean => {
    begun ||= second.test(target);
    return begun;
  };
  const rule = server.faults.inject({ fault, when: isLater, times: 50 });
  const broken = await writer.apply([create]).catch((error: unknown) => error);
  expect(broken).not.toMatchObject([{ outcome: 'done' }]);
  session.destroy();
  rule.end();

  const next = await open(kind);
  expect(await collect(next.writer.candidates(container, since))).toEqual([]);
  expect(await collect(next.writer.inventory(container, {}))).toEqual([]);
  expect(await next.writer.apply([{ ...create, op: '2' }])).toMatchObject([{ outcome: 'done' }]);
  expect(await collect(next.writer.candidates(container, since))).toHaveLength(1);
  next.session.destroy();
});

const task = textOf([
  'BEGIN:VCALENDAR',
  'VERSION:2.0',
  'BEGIN:VTODO',
  'UID:task',
  'SUMMARY:Do it',
  'END:VTODO',
  'END:VCALENDAR',
]);
const ALL: [ContentKind, Buffer, RegExp][] = [
  ['event', series, /\/events\/import/],
  ['contact', card, /:createContact/],
  ['task', task, /\/tasks$|\/tasks\?/],
];

test.each(ALL)('%s: a create whose answer was lost is found again by what was sent', async (kind, body, create) => {
  const { writer, container, session } = await open(kind);
  const since = await writer.mark(container);
  // A single request makes all of it.
  const whole =
    kind === 'task'
      ? body
      : Buffer.from(
          String(body)
            .replace(/PHOTO.*\r\n/, '')
            .replace(/BEGIN:VEVENT\r\nUID:series@x\r\nRECURRENCE-ID[\s\S]*?END:VEVENT\r\n/, ''),
        );
  server.faults.inject({
    fault: { kind: 'lost-acknowledgement' },
    when: ({ method, target }) => method === 'POST' && create.test(target),
  });
  const op = {
    verb: 'create',
    op: '1',
    container,
    flags: [],
    date: undefined,
    size: whole.length,
    body: whole,
  } as const;
  expect(await writer.apply([op])).toMatchObject([{ outcome: 'unknown' }]);
  session.destroy();
  const next = await open(kind);
  const [candidate, ...others] = await collect(next.writer.candidates(container, since));
  expect(others).toEqual([]);
  const read = await collect(next.session.reader.read(container, [candidate?.targetId as string]));
  expect(read).toMatchObject([{ id: candidate?.targetId }]);
  const { pivotOf } = await import('@sterna/content');
  expect(candidate?.digest).toEqual(pivotOf(kind).digest(whole));
  next.session.destroy();
});
