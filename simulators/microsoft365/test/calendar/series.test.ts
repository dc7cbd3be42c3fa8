import { describe, expect, it } from 'vitest';
import { all, round, withServer } from '../mailbox.ts';

const setting = withServer();
const zone = 'W. Europe Standard Time';
const time = (dateTime: string, timeZone = zone) => ({ dateTime, timeZone });
const window = 'startDateTime=2026-10-01T00:00:00Z&endDateTime=2026-12-01T00:00:00Z';

const weekly = (startDate: string, range: object = { type: 'noEnd' }) => ({
  pattern: { type: 'weekly', interval: 1, daysOfWeek: ['monday'], firstDayOfWeek: 'monday' },
  range: { startDate, ...range },
});

/** A mailbox of its own for each test: whose calendar is empty. */
const people = ['alice', 'bjorn', 'chloe', 'daiki', 'elena', 'farid', 'grace', 'huseyin', 'ines', 'jamal'];
const nextUser = () => `/users/${people.shift()}@contoso.example`;

async function makeSeries(user: string, more: object = {}) {
  const { status, json } = await setting.call('POST', `${user}/events`, {
    subject: 'Weekly',
    start: time('2026-10-05T09:00:00'),
    end: time('2026-10-05T10:00:00'),
    recurrence: weekly('2026-10-05'),
    ...more,
  });
  expect(json?.error).toBeUndefined();
  expect(status).toBe(201);
  return json;
}

const instances = (user: string, id: string) => all(setting.call, `${user}/events/${id}/instances?${window}`);

describe('a series', () => {
  it('is listed as its master, and viewed as its instances, at the same hour before and after the clocks change', async () => {
    const user = nextUser();
    const master = await makeSeries(user);
    expect(master).toMatchObject({
      type: 'seriesMaster',
      recurrence: {
        pattern: {
          type: 'weekly',
          interval: 1,
          daysOfWeek: ['monday'],
          firstDayOfWeek: 'monday',
          index: 'first',
          month: 0,
        },
        range: {
          type: 'noEnd',
          startDate: '2026-10-05',
          endDate: '0001-01-01',
          recurrenceTimeZone: zone,
          numberOfOccurrences: 0,
        },
      },
    });
    expect((await all(setting.call, `${user}/events`)).map(({ id }) => id)).toEqual([master.id]);
    const view = await all(setting.call, `${user}/calendarView?${window}`);
    expect(view.map(({ start }) => start.dateTime.slice(5, 16))).toEqual([
      '10-05T07:00',
      '10-12T07:00',
      '10-19T07:00',
      '10-26T08:00',
      '11-02T08:00',
      '11-09T08:00',
      '11-16T08:00',
      '11-23T08:00',
      '11-30T08:00',
    ]);
    for (const one of view) {
      expect(one).toMatchObject({ type: 'occurrence', seriesMasterId: master.id, recurrence: null, subject: 'Weekly' });
      expect(one.originalStart).toBe(`${one.start.dateTime.slice(0, 19)}Z`);
      expect(one.iCalUId).not.toBe(master.iCalUId);
    }
    expect(new Set(view.map(({ id }) => id)).size).toBe(9);
    expect(view[0].iCalUId.slice(32, 40)).toBe('07EA0A05');
  });

  it('begins on the first day of its pattern', async () => {
    const master = await makeSeries(nextUser(), {
      start: time('2026-10-01T09:00:00'),
      end: time('2026-10-01T10:00:00'),
      recurrence: weekly('2026-10-01'),
    });
    expect(master.start.dateTime).toBe('2026-10-05T07:00:00.0000000');
    expect(master.recurrence.range.startDate).toBe('2026-10-05');
  });

  it.each([
    ['a range that starts on another day', { recurrence: weekly('2026-10-12') }],
    ['an end before its start', { recurrence: weekly('2026-10-05', { type: 'endDate', endDate: '2026-10-01' }) }],
    ['a thousand instances', { recurrence: weekly('2026-10-05', { type: 'numbered', numberOfOccurrences: 1000 }) }],
    ['no days', { recurrence: { ...weekly('2026-10-05'), pattern: { type: 'weekly', interval: 1 } } }],
    ['an interval of 0', { recurrence: { ...weekly('2026-10-05'), pattern: { type: 'daily', interval: 0 } } }],
  ])('with %s is refused', async (_, more) => {
    const { status, json } = await setting.call('POST', '/users/info@contoso.example/events', {
      start: time('2026-10-05T09:00:00'),
      end: time('2026-10-05T10:00:00'),
      ...more,
    });
    expect([status, json.error.code]).toEqual([400, 'ErrorInvalidRecurrence']);
  });

  it('tells its exceptions and cancelled instances where its master is asked for them', async () => {
    const user = nextUser();
    const master = await makeSeries(user);
    const [, second, third, fourth] = await instances(user, master.id);
    const moved = await setting.call('PATCH', `${user}/events/${second.id}`, {
      start: time('2026-10-13T11:00:00'),
      end: time('2026-10-13T12:00:00'),
    });
    expect(moved.json).toMatchObject({ type: 'exception', id: second.id, originalStart: '2026-10-12T07:00:00Z' });
    expect((await setting.call('DELETE', `${user}/events/${third.id}`)).status).toBe(204);
    await setting.call('PATCH', `${user}/events/${fourth.id}`, { subject: 'Special' });
    const after = await instances(user, master.id);
    expect(after.slice(0, 3).map(({ type, subject }) => [type, subject])).toEqual([
      ['occurrence', 'Weekly'],
      ['exception', 'Weekly'],
      ['exception', 'Special'],
    ]);
    expect((await setting.call('GET', `${user}/events/${third.id}`)).status).toBe(404);
    const path = `${user}/events/${master.id}`;
    const plain = (await setting.call('GET', path)).json;
    expect(plain.cancelledOccurrences).toBeUndefined();
    expect(plain.exceptionOccurrences).toBeUndefined();
    const asked = await setting.call(
      'GET',
      `${path}?$select=subject,cancelledOccurrences,exceptionOccurrences&$expand=exceptionOccurrences`,
    );
    expect(asked.json.cancelledOccurrences).toEqual([`OID.${master.id}.2026-10-19`]);
    expect(asked.json.exceptionOccurrences.map(({ id }: { id: string }) => id)).toEqual([second.id, fourth.id]);
    const listed = await setting.call('GET', `${user}/events?$expand=exceptionOccurrences`);
    expect(listed.status).toBe(400);
  });

  it('keeps its exceptions in their order: none moves past its neighbours', async () => {
    const user = nextUser();
    const master = await makeSeries(user);
    const [, second] = await instances(user, master.id);
    const move = (day: string) =>
      setting.call('PATCH', `${user}/events/${second.id}`, {
        start: time(`${day}T09:00:00`),
        end: time(`${day}T10:00:00`),
      });
    for (const day of ['2026-10-05', '2026-10-19', '2026-10-21']) {
      expect((await move(day)).json.error.code).toBe('ErrorOccurrenceCrossingBoundary');
    }
    expect((await move('2026-10-18')).status).toBe(200);
  });

  it('keeps exceptions through a new subject, and forgets them with a new time or pattern', async () => {
    const user = nextUser();
    const master = await makeSeries(user);
    const [first, second] = await instances(user, master.id);
    await setting.call('PATCH', `${user}/events/${first.id}`, { subject: 'Mine' });
    await setting.call('DELETE', `${user}/events/${second.id}`);
    await setting.call('PATCH', `${user}/events/${master.id}`, { subject: 'All' });
    expect((await instances(user, master.id)).slice(0, 2).map(({ subject }) => subject)).toEqual(['Mine', 'All']);
    await setting.call('PATCH', `${user}/events/${master.id}`, {
      start: time('2026-10-05T10:00:00'),
      end: time('2026-10-05T11:00:00'),
    });
    const after = await instances(user, master.id);
    expect(after).toHaveLength(9);
    expect(new Set(after.map(({ type, subject }) => `${type} ${subject}`))).toEqual(new Set(['occurrence All']));
    const single = await setting.call('PATCH', `${user}/events/${master.id}`, { recurrence: null });
    expect(single.json).toMatchObject({ type: 'singleInstance', recurrence: null });
  });

  it('of whole days floats', async () => {
    const user = nextUser();
    const { status, json } = await setting.call('POST', `${user}/events`, {
      isAllDay: true,
      start: time('2026-10-05T00:00:00'),
      end: time('2026-10-06T00:00:00'),
      recurrence: weekly('2026-10-05', { type: 'numbered', numberOfOccurrences: 5 }),
    });
    expect(status).toBe(201);
    const days = (await instances(user, json.id)).map(({ start }) => start.dateTime.slice(0, 16));
    expect(days).toEqual(
      ['2026-10-05', '2026-10-12', '2026-10-19', '2026-10-26', '2026-11-02'].map((day) => `${day}T00:00`),
    );
  });
});

describe('the delta of a window', () => {
  const path = (user: string) => `${user}/calendarView/delta?${window}`;

  it('tells what changed since; instances in short, and a series whole when one of it went', async () => {
    const user = nextUser();
    const master = await makeSeries(user);
    const single = (
      await setting.call('POST', `${user}/events`, {
        subject: 'Once',
        start: time('2026-11-11T09:00:00'),
        end: time('2026-11-11T10:00:00'),
      })
    ).json;
    await setting.call('POST', `${user}/events`, {
      start: time('2027-01-11T09:00:00'),
      end: time('2027-01-11T10:00:00'),
    });
    const first = await round(setting.call, path(user), { prefer: 'odata.maxpagesize=3' });
    expect(first.pages).toBeGreaterThan(3);
    expect(first.entries.map(({ type }) => type)).toEqual([
      'seriesMaster',
      ...Array(9).fill('occurrence'),
      'singleInstance',
    ]);
    expect(Object.keys(first.entries[1]).sort()).toEqual(
      ['@odata.etag', '@odata.type', 'end', 'id', 'seriesMasterId', 'start', 'type'].sort(),
    );
    const quiet = await round(setting.call, first.link);
    expect(quiet.entries).toEqual([]);
    await setting.call('DELETE', `${user}/events/${first.entries[1].id}`);
    const second = await round(setting.call, quiet.link);
    expect(second.entries.map(({ type }) => type)).toEqual(['seriesMaster', ...Array(8).fill('occurrence')]);
    await setting.call('DELETE', `${user}/events/${single.id}`);
    await setting.call('DELETE', `${user}/events/${master.id}`);
    const third = await round(setting.call, second.link);
    expect(third.entries.map((entry) => [entry.id, entry['@removed']])).toEqual([
      [single.id, { reason: 'deleted' }],
      [master.id, { reason: 'deleted' }],
    ]);
    expect((await round(setting.call, path(user))).entries).toEqual([]);
  });

  it('tells an event that leaves the window as removed, and knows no options', async () => {
    const user = nextUser();
    const made = (
      await setting.call('POST', `${user}/events`, {
        start: time('2026-11-11T09:00:00'),
        end: time('2026-11-11T10:00:00'),
      })
    ).json;
    const { link } = await round(setting.call, path(user));
    await setting.call('PATCH', `${user}/events/${made.id}`, {
      start: time('2028-11-11T09:00:00'),
      end: time('2028-11-11T10:00:00'),
    });
    expect((await round(setting.call, link)).entries).toMatchObject([
      { id: made.id, '@removed': { reason: 'deleted' } },
    ]);
    expect((await setting.call('GET', `${path(user)}&$select=subject`)).status).toBe(400);
    expect((await setting.call('GET', `${user}/calendarView/delta`)).json.error.code).toBe('ErrorInvalidParameter');
    const long = 'startDateTime=2020-01-01T00:00:00Z&endDateTime=2026-01-01T00:00:00Z';
    expect((await setting.call('GET', `${user}/calendarView?${long}`)).status).toBe(400);
    setting.server.faults.deltaTokensInvalidBefore = setting.clock.now() + 1;
    const gone = await setting.call('GET', link);
    expect([gone.status, gone.json.error.code]).toEqual([410, 'SyncStateNotFound']);
    setting.server.faults.deltaTokensInvalidBefore = Number.NEGATIVE_INFINITY;
  });
});
