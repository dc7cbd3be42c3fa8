import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Google, startGoogle, VirtualClock } from '../../src/index.ts';
import { Contract } from '../contract/index.ts';
import { type Client, signIn } from '../sign-in.ts';

const EVENTS = '/calendar/v3/calendars/primary/events';
const alice = 'alice@nordwind.example';

const contract = new Contract();
let server: Google;
let client: Client;
let bjorn: Client;

beforeAll(async () => {
  server = await startGoogle({
    empty: true,
    observe: contract.observe,
    clock: new VirtualClock(Date.UTC(2026, 8, 1, 12)),
  });
  client = await signIn(server, alice);
  bjorn = await signIn(server, 'bjorn@nordwind.example');
});
afterAll(async () => {
  expect(server.failures).toEqual([]);
  expect(contract.faults).toEqual([]);
  await server.stop();
});

const hour = (text: string, zone = 'Europe/Berlin') => ({ dateTime: text, timeZone: zone });
const meeting = (more: object = {}) => ({
  summary: 'Meeting',
  start: hour('2026-09-07T09:30:00'),
  end: hour('2026-09-07T10:30:00'),
  ...more,
});
const insert = async (more: object = {}, query = '') => client('POST', `${EVENTS}${query}`, meeting(more));

describe('an event that is added', () => {
  it('is told in the calendar’s zone, with the zone that was named', async () => {
    const { status, json } = await insert({
      start: hour('2026-12-01T23:00:00', 'America/New_York'),
      end: hour('2026-12-02T00:30:00', 'America/New_York'),
    });
    expect(status).toBe(200);
    expect(json.start).toEqual({ dateTime: '2026-12-02T05:00:00+01:00', timeZone: 'America/New_York' });
    expect(json).toMatchObject({
      status: 'confirmed',
      sequence: 0,
      eventType: 'default',
      reminders: { useDefault: true },
    });
    expect(json.iCalUID).toBe(`${json.id}@google.com`);
    expect(json.organizer).toMatchObject({ email: alice, self: true });
  });

  it('takes an id of the client once and never again, deleted or not', async () => {
    const id = 'sterna00000000000001';
    expect((await insert({ id })).json.id).toBe(id);
    const again = await insert({ id });
    expect(again.status).toBe(409);
    expect(again.json.error.errors[0].reason).toBe('duplicate');
    expect((await client('DELETE', `${EVENTS}/${id}`)).status).toBe(204);
    expect((await insert({ id })).status).toBe(409);
    expect((await client('DELETE', `${EVENTS}/${id}`)).json.error.errors[0].reason).toBe('deleted');
    expect((await insert({ id: 'x-not-base32hex' })).status).toBe(400);
    expect((await insert({ id: 'abcd' })).status).toBe(400);
  });

  it.each([
    ['no end', { end: undefined }, 'required'],
    ['ends before it begins', { end: hour('2026-09-07T09:00:00') }, 'timeRangeEmpty'],
    ['a day and a time', { end: { date: '2026-09-08' } }, 'invalid'],
    ['a wall clock without a zone', { start: { dateTime: '2026-09-07T09:30:00' } }, 'required'],
    ['a zone of Windows', { start: hour('2026-09-07T09:30:00', 'W. Europe Standard Time') }, 'invalid'],
    [
      'a series without a zone',
      { start: { dateTime: '2026-09-07T09:30:00Z' }, recurrence: ['RRULE:FREQ=DAILY'] },
      'required',
    ],
    ['a rule that is none', { recurrence: ['RRULE:FREQ=SOMETIMES'] }, 'invalid'],
    ['DTSTART among the rules', { recurrence: ['DTSTART:20260907T093000Z'] }, 'invalid'],
    ['a guest without address', { attendees: [{ displayName: 'Nobody' }] }, 'required'],
    ['a color that is none', { colorId: '12' }, 'invalid'],
    [
      'six reminders',
      { reminders: { useDefault: false, overrides: Array(6).fill({ method: 'popup', minutes: 1 }) } },
      'invalid',
    ],
    [
      'reminders of two kinds',
      { reminders: { useDefault: true, overrides: [{ method: 'popup', minutes: 1 }] } },
      'cannotUseDefaultRemindersAndSpecifyOverride',
    ],
    [
      'an all-day absence',
      { eventType: 'outOfOffice', start: { date: '2026-09-07' }, end: { date: '2026-09-08' } },
      'eventTypeRestriction',
    ],
  ])('is refused with %s', async (_, more, reason) => {
    const { status, json } = await insert(more);
    expect(status).toBe(400);
    expect(json.error.errors[0].reason).toBe(reason);
  });

  it('loses extended properties with long keys, and the end of long values, without a word', async () => {
    const { json } = await insert({
      extendedProperties: { private: { ['k'.repeat(45)]: 'gone', long: 'v'.repeat(2000), kept: 'yes' } },
    });
    expect(json.extendedProperties.private).toEqual({ long: 'v'.repeat(1024), kept: 'yes' });
    const found = await client('GET', `${EVENTS}?privateExtendedProperty=kept%3Dyes`);
    expect(found.json.items.map(({ id }: { id: string }) => id)).toEqual([json.id]);
  });

  it('has attachments only when the client says that it knows them', async () => {
    const attachments = [{ fileUrl: 'https://drive.google.com/open?id=1abc', title: 'a' }];
    expect((await insert({ attachments })).json.attachments).toBeUndefined();
    const { json } = await insert({ attachments }, '?supportsAttachments=true');
    expect(json.attachments).toEqual([
      { fileUrl: 'https://drive.google.com/open?id=1abc', title: 'a', fileId: '1abc' },
    ]);
    const put = await client('PUT', `${EVENTS}/${json.id}`, meeting());
    expect(put.json.attachments).toHaveLength(1);
    const many = Array(26).fill(attachments[0]);
    expect((await insert({ attachments: many }, '?supportsAttachments=true')).status).toBe(400);
  });
});

describe('a change', () => {
  it('patches what it says, and replaces all when it is an update', async () => {
    const { json: made } = await insert({
      description: 'x',
      location: 'Room',
      extendedProperties: { private: { a: '1' } },
    });
    const patched = await client('PATCH', `${EVENTS}/${made.id}`, {
      location: null,
      extendedProperties: { private: { b: '2' } },
    });
    expect(patched.json).toMatchObject({ description: 'x', extendedProperties: { private: { a: '1', b: '2' } } });
    expect(patched.json.location).toBeUndefined();
    const put = await client('PUT', `${EVENTS}/${made.id}`, meeting());
    expect(put.json.description).toBeUndefined();
    expect(put.json.extendedProperties).toBeUndefined();
  });

  it('from a time to a day says that the time goes', async () => {
    const { json: made } = await insert();
    const day = { start: { date: '2026-09-07' }, end: { date: '2026-09-08' } };
    expect((await client('PATCH', `${EVENTS}/${made.id}`, day)).status).toBe(400);
    const both = { start: { ...day.start, dateTime: null }, end: { ...day.end, dateTime: null } };
    expect((await client('PATCH', `${EVENTS}/${made.id}`, both)).json.start).toEqual(day.start);
  });

  it('is refused when the event is another one by now, or the sequence goes back', async () => {
    const { json: made } = await insert();
    const moved = await client('PATCH', `${EVENTS}/${made.id}`, { start: hour('2026-09-07T08:30:00') });
    expect(moved.json.sequence).toBe(1);
    const late = await client('PATCH', `${EVENTS}/${made.id}`, { summary: 'x' }, { 'if-match': made.etag });
    expect(late.status).toBe(412);
    expect((await client('DELETE', `${EVENTS}/${made.id}`, undefined, { 'if-match': made.etag })).status).toBe(412);
    expect((await client('PATCH', `${EVENTS}/${made.id}`, { sequence: 0 })).status).toBe(400);
    const same = await client('PATCH', `${EVENTS}/${made.id}`, { summary: 'x' }, { 'if-match': moved.json.etag });
    expect(same.json).toMatchObject({ summary: 'x', sequence: 1 });
  });

  it('of reminders alone leaves the time of the change', async () => {
    const { json: made } = await insert();
    (server.clock as VirtualClock).advance(60_000);
    const changed = await client('PATCH', `${EVENTS}/${made.id}`, { reminders: { useDefault: false } });
    expect(changed.json.updated).toBe(made.updated);
    expect(changed.json.etag).not.toBe(made.etag);
    const other = await client('PATCH', `${EVENTS}/${made.id}`, { summary: 'y' });
    expect(other.json.updated).not.toBe(made.updated);
  });
});

describe('an import', () => {
  const outside = (more: object = {}) =>
    meeting({
      iCalUID: 'meeting-1@customer.example',
      organizer: { email: 'chair@customer.example', displayName: 'Chair' },
      attendees: [
        { email: 'chair@customer.example', responseStatus: 'accepted' },
        { email: alice, responseStatus: 'tentative' },
      ],
      ...more,
    });
  const importing = (body: object) => client('POST', `${EVENTS}/import`, body);

  it('keeps the organizer and the answers, is private, and is there once', async () => {
    const { status, json } = await importing(outside());
    expect(status).toBe(200);
    expect(json.organizer).toEqual({ email: 'chair@customer.example', displayName: 'Chair' });
    expect(json.attendees[1]).toMatchObject({ email: alice, responseStatus: 'tentative', self: true });
    expect(json.privateCopy).toBe(true);
    expect((await importing(outside())).status).toBe(409);
    expect((await importing(outside({ iCalUID: undefined }))).json.error.errors[0].reason).toBe('required');
    const found = await client('GET', `${EVENTS}?iCalUID=meeting-1%40customer.example`);
    expect(found.json.items).toHaveLength(1);
  });

  it('makes every type the usual one', async () => {
    const { json } = await importing(
      outside({ iCalUID: 'ooo', eventType: 'outOfOffice', outOfOfficeProperties: { declineMessage: 'x' } }),
    );
    expect(json.eventType).toBe('default');
    expect(json.outOfOfficeProperties).toBeUndefined();
  });

  it('of an instance becomes an exception of its series', async () => {
    const series = await importing(outside({ iCalUID: 'weekly', recurrence: ['RRULE:FREQ=WEEKLY;COUNT=3'] }));
    const { json } = await importing(
      outside({
        iCalUID: 'weekly',
        summary: 'Moved',
        originalStartTime: hour('2026-09-14T09:30:00'),
        start: hour('2026-09-15T09:30:00'),
        end: hour('2026-09-15T10:30:00'),
      }),
    );
    expect(json).toMatchObject({ recurringEventId: series.json.id, summary: 'Moved' });
    const { json: all } = await client('GET', `${EVENTS}/${series.json.id}/instances`);
    expect(all.items.map(({ summary }: { summary: string }) => summary)).toEqual(['Meeting', 'Moved', 'Meeting']);
  });

  it('is passed on to nobody', async () => {
    await importing(
      outside({
        iCalUID: 'private-copy',
        organizer: { email: alice },
        attendees: [{ email: 'bjorn@nordwind.example' }],
      }),
    );
    const { json } = await bjorn('GET', `${EVENTS}?iCalUID=private-copy`);
    expect(json.items).toEqual([]);
  });
});

describe('guests', () => {
  it('have the event in their calendar, mailed about or not, and answer from there', async () => {
    const { json: made } = await insert(
      { attendees: [{ email: 'bjorn@nordwind.example' }, { email: 'buyer@customer.example' }] },
      '?sendUpdates=none',
    );
    const copy = await bjorn('GET', `${EVENTS}/${made.id}`);
    expect(copy.json).toMatchObject({ iCalUID: made.iCalUID, organizer: { email: alice } });
    const [mine] = copy.json.attendees;
    await bjorn('PATCH', `${EVENTS}/${made.id}`, {
      attendees: [{ ...mine, responseStatus: 'accepted' }, copy.json.attendees[1]],
    });
    const { json: after } = await client('GET', `${EVENTS}/${made.id}`);
    expect(after.attendees[0].responseStatus).toBe('accepted');
    const shared = await bjorn('PATCH', `${EVENTS}/${made.id}`, { guestsCanModify: true });
    expect(shared.json.error.errors[0].reason).toBe('forbiddenForNonOrganizer');
    await client('DELETE', `${EVENTS}/${made.id}`);
    expect((await bjorn('GET', `${EVENTS}/${made.id}`)).json.status).toBe('cancelled');
    expect(server.calendarMails).toEqual([]);
  });

  it('are mailed as sendUpdates says, and nobody when it says nothing', async () => {
    const attendees = [{ email: 'bjorn@nordwind.example' }, { email: 'buyer@customer.example' }];
    const mails = () => server.calendarMails.map(({ kind, recipients }) => [kind, ...recipients]);
    const { json: made } = await insert({ attendees }, '?sendUpdates=all');
    expect(mails()).toEqual([['invitation', 'bjorn@nordwind.example', 'buyer@customer.example']]);
    await client('PATCH', `${EVENTS}/${made.id}`, { summary: 'quiet' });
    expect(mails()).toHaveLength(1);
    await client('PATCH', `${EVENTS}/${made.id}?sendUpdates=externalOnly`, { summary: 'loud' });
    expect(mails().at(-1)).toEqual(['update', 'buyer@customer.example']);
    await client('PATCH', `${EVENTS}/${made.id}?sendNotifications=true`, { attendees: [attendees[0]] });
    expect(mails().slice(-2)).toEqual([
      ['update', 'bjorn@nordwind.example'],
      ['cancellation', 'buyer@customer.example'],
    ]);
    await client('DELETE', `${EVENTS}/${made.id}?sendUpdates=all`);
    expect(mails().at(-1)).toEqual(['cancellation', 'bjorn@nordwind.example']);
  });
});
