import { describe, expect, it } from 'vitest';
import { calendarMailbox } from '../../src/index.ts';
import { all, withServer } from '../mailbox.ts';

const setting = withServer({ onPurpose: /body: (iCalUId|type): microsoft.graph.event has it read-only/ });
const alice = '/users/alice@contoso.example';
const zurich = 'W. Europe Standard Time';

const time = (dateTime: string, timeZone = zurich) => ({ dateTime, timeZone });
const meeting = (more: object = {}) => ({
  subject: 'Talk',
  start: time('2026-09-07T09:00:00'),
  end: time('2026-09-07T10:00:00'),
  ...more,
});

async function create(body: object, path = `${alice}/events`) {
  const { status, json } = await setting.call('POST', path, body);
  expect(json?.error).toBeUndefined();
  expect(status).toBe(201);
  return json;
}

describe('an event', () => {
  it('is kept with its zones; its times come in UTC, or in the zone that is preferred', async () => {
    const made = await create(meeting());
    expect(made).toMatchObject({
      type: 'singleInstance',
      start: { dateTime: '2026-09-07T07:00:00.0000000', timeZone: 'UTC' },
      originalStartTimeZone: zurich,
      isOrganizer: true,
      organizer: { emailAddress: { address: 'alice@contoso.example' } },
      recurrence: null,
    });
    const { json, headers } = await setting.call('GET', `${alice}/events/${made.id}`, undefined, {
      prefer: 'outlook.timezone="Eastern Standard Time"',
    });
    expect(json.start).toEqual({ dateTime: '2026-09-07T03:00:00.0000000', timeZone: 'Eastern Standard Time' });
    expect(headers.get('preference-applied')).toBe('outlook.timezone="Eastern Standard Time"');
    const iana = await create(meeting({ start: time('2026-09-07T09:00:00', 'Asia/Tokyo') }));
    expect(iana.start.dateTime).toBe('2026-09-07T00:00:00.0000000');
    expect(iana.originalStartTimeZone).toBe('Asia/Tokyo');
  });

  it('answers its body as HTML, or as text when that is preferred', async () => {
    const made = await create(meeting({ body: { contentType: 'text', content: 'a < b\nc' } }));
    expect(made.body.contentType).toBe('html');
    expect(made.body.content).toContain('a &lt; b<br>');
    expect(made.bodyPreview).toBe('a < b\nc');
    const filter = encodeURIComponent("startswith(bodyPreview,'a < b')");
    expect((await setting.call('GET', `${alice}/events?$filter=${filter}`)).json.value).toMatchObject([
      { id: made.id },
    ]);
    const asText = await setting.call('GET', `${alice}/events/${made.id}`, undefined, {
      prefer: 'outlook.body-content-type="text"',
    });
    expect(asText.json.body).toEqual({ contentType: 'text', content: 'a < b\nc' });
  });

  it.each([
    ['an unknown zone', { start: time('2026-09-07T09:00:00', 'Mars Standard Time') }, 'TimeZoneNotSupportedException'],
    ['an end before its start', { end: time('2026-09-07T08:59:00') }, 'ErrorCalendarEndDateIsEarlierThanStartDate'],
    ['no end', { end: undefined }, 'ErrorPropertyValidationFailure'],
    ['all day from nine', { isAllDay: true }, 'ErrorInvalidRequest'],
    ['a property that there is not', { colour: 'red' }, 'RequestBodyRead'],
    ['a wrong type', { isAllDay: 'yes' }, 'RequestBodyRead'],
    ['a wrong member', { showAs: 'asleep' }, 'RequestBodyRead'],
  ])('with %s is refused', async (_, more, code) => {
    const { status, json } = await setting.call('POST', `${alice}/events`, meeting(more));
    expect(status).toBe(400);
    expect(json.error.code).toBe(code);
  });

  it('that lasts all day is at midnight in every zone', async () => {
    const made = await create({
      subject: 'Off',
      isAllDay: true,
      start: time('2026-09-07T00:00:00'),
      end: time('2026-09-09T00:00:00'),
    });
    expect(made.start.dateTime).toBe('2026-09-07T00:00:00.0000000');
    const { json } = await setting.call('GET', `${alice}/events/${made.id}`, undefined, {
      prefer: 'outlook.timezone="Tokyo Standard Time"',
    });
    expect(json.end).toEqual({ dateTime: '2026-09-09T00:00:00.0000000', timeZone: 'Tokyo Standard Time' });
  });

  it('passes over what Exchange sets itself, iCalUId among it', async () => {
    const made = await create(meeting({ iCalUId: 'mine', type: 'exception' }));
    expect(made.iCalUId).toMatch(/^040000008200E00074C5B7101A82E008[0-9A-F]{80}$/);
    expect(made.iCalUId).toHaveLength(112);
    const { json } = await setting.call('PATCH', `${alice}/events/${made.id}`, { iCalUId: 'mine' });
    expect(json.iCalUId).toBe(made.iCalUId);
  });

  it('keeps the GlobalObjectId that it is created with, and iCalUId follows it', async () => {
    const id = 'Binary {6ED8DA90-450B-101B-98DA-00AA003F1305} Id 0x3';
    const data = Buffer.concat([Buffer.from('vCal-Uid\x01\0\0\0', 'latin1'), Buffer.from('abc-1@example.com\0')]);
    const head = Buffer.alloc(40);
    head.write('040000008200E00074C5B7101A82E008', 'hex');
    head.writeUInt32LE(data.length, 36);
    const value = Buffer.concat([head, data]).toString('base64');
    const made = await create(meeting({ singleValueExtendedProperties: [{ id, value }] }));
    expect(made.iCalUId).toBe('abc-1@example.com');
    const expand = encodeURIComponent(`singleValueExtendedProperties($filter=id eq '${id}')`);
    const shown = await setting.call('GET', `${alice}/events/${made.id}?$expand=${expand}`);
    expect(shown.json.singleValueExtendedProperties).toMatchObject([{ value }]);
    const other = await create(meeting());
    await setting.call('PATCH', `${alice}/events/${other.id}`, { singleValueExtendedProperties: [{ id, value }] });
    const after = await setting.call('GET', `${alice}/events/${other.id}?$expand=${expand}`);
    expect(after.json.iCalUId).toBe(other.iCalUId);
    expect(Buffer.from(after.json.singleValueExtendedProperties[0].value, 'base64').toString('hex').toUpperCase()).toBe(
      other.iCalUId,
    );
  });

  it('is made once for one transactionId', async () => {
    const before = (await all(setting.call, `${alice}/events?$top=100`)).length;
    const first = await create(meeting({ transactionId: 'once' }));
    const second = await create(meeting({ transactionId: 'once' }));
    expect(second.id).toBe(first.id);
    expect(await all(setting.call, `${alice}/events?$top=100`)).toHaveLength(before + 1);
  });

  it('has another version after a change, and refuses a change of an older one', async () => {
    const made = await create(meeting());
    const etag = { 'if-match': made['@odata.etag'] };
    setting.clock.advance(1000);
    const changed = await setting.call('PATCH', `${alice}/events/${made.id}`, { subject: 'Talks' }, etag);
    expect(changed.status).toBe(200);
    expect(changed.json.changeKey).not.toBe(made.changeKey);
    expect(changed.json.lastModifiedDateTime).not.toBe(made.lastModifiedDateTime);
    const stale = await setting.call('PATCH', `${alice}/events/${made.id}`, { subject: 'No' }, etag);
    expect([stale.status, stale.json.error.code]).toEqual([412, 'ErrorIrresolvableConflict']);
    expect((await setting.call('DELETE', `${alice}/events/${made.id}`, undefined, etag)).status).toBe(412);
    expect((await setting.call('DELETE', `${alice}/events/${made.id}`)).status).toBe(204);
    expect((await setting.call('GET', `${alice}/events/${made.id}`)).json.error.code).toBe('ErrorItemNotFound');
  });

  it('gets another id when it moves, but keeps the immutable one', async () => {
    const immutable = { prefer: 'IdType="ImmutableId"' };
    const made = await create(meeting());
    const other = (await setting.call('POST', `${alice}/calendars`, { name: 'Moved to' })).json;
    const mailbox = calendarMailbox(
      setting.server.cloud,
      setting.server.tenant('contoso.example'),
      setting.server.tenant('contoso.example').named('alice'),
    );
    const constant = (await setting.call('GET', `${alice}/events/${made.id}`, undefined, immutable)).json.id;
    expect(constant).not.toBe(made.id);
    const found = mailbox.find(made.id);
    const calendar = mailbox.calendars.get(other.id);
    if (found === undefined || calendar === undefined) throw new Error('not there');
    mailbox.moveEvent(found.event, calendar);
    expect((await setting.call('GET', `${alice}/events/${made.id}`)).status).toBe(404);
    const moved = (await setting.call('GET', `${alice}/calendars/${other.id}/events`)).json.value[0];
    expect(moved.id).not.toBe(made.id);
    expect((await setting.call('GET', `${alice}/events/${constant}`, undefined, immutable)).json.id).toBe(constant);
    expect((await setting.call('GET', `${alice}/events/${constant}`)).json.id).toBe(moved.id);
  });

  it('keeps location and locations in step', async () => {
    const made = await create(meeting({ locations: [{ displayName: 'A' }, { displayName: 'B' }] }));
    expect(made.location.displayName).toBe('A; B');
    const { json } = await setting.call('PATCH', `${alice}/events/${made.id}`, { location: { displayName: 'C' } });
    expect(json.locations).toMatchObject([{ displayName: 'C', uniqueId: 'C', uniqueIdType: 'private' }]);
    expect(json.location.displayName).toBe('C');
  });

  it('carries extended properties: shown when named, found by a filter in any spelling of the id', async () => {
    const guid = '66F5A359-4659-4830-9070-00047EC6AC6E';
    const made = await create(
      meeting({
        subject: 'Stamped',
        singleValueExtendedProperties: [
          { id: `String {${guid}} Name SourceId`, value: "it's 7" },
          { id: 'Integer {00062002-0000-0000-C000-000000000046} Id 0x8205', value: '2' },
        ],
      }),
    );
    expect(made.singleValueExtendedProperties).toBeUndefined();
    const id = `String {${guid.toLowerCase()}} Name SourceId`;
    const expanded = await setting.call(
      'GET',
      `${alice}/events/${made.id}?$select=subject&$expand=${encodeURIComponent(`singleValueExtendedProperties($filter=id eq 'string {${guid}} name SourceId')`)}`,
    );
    expect(expanded.json.singleValueExtendedProperties).toEqual([{ id, value: "it's 7" }]);
    const filter = `singleValueExtendedProperties/any(ep: ep/id eq 'String {${guid}} Name SourceId' and ep/value eq 'it''s 7')`;
    const found = await setting.call('GET', `${alice}/events?$filter=${encodeURIComponent(filter)}`);
    expect(found.json.value.map(({ id: one }: { id: string }) => one)).toEqual([made.id]);
    await setting.call('PATCH', `${alice}/events/${made.id}`, { singleValueExtendedProperties: [{ id, value: '8' }] });
    expect((await setting.call('GET', `${alice}/events?$filter=${encodeURIComponent(filter)}`)).json.value).toEqual([]);
    const wrong = [{ id: 'Integer 0x0e07', value: 'one' }];
    expect(
      (await setting.call('POST', `${alice}/events`, meeting({ singleValueExtendedProperties: wrong }))).status,
    ).toBe(400);
    expect(
      (
        await setting.call(
          'POST',
          `${alice}/events`,
          meeting({ singleValueExtendedProperties: [{ id: 'x', value: '' }] }),
        )
      ).status,
    ).toBe(400);
  });

  it('takes small files in one request and large ones in parts', async () => {
    const made = await create(
      meeting({
        attachments: [{ '@odata.type': '#microsoft.graph.fileAttachment', name: 'a.txt', contentBytes: 'QQ==' }],
      }),
    );
    expect(made.hasAttachments).toBe(true);
    const attachments = `${alice}/events/${made.id}/attachments`;
    const large = Buffer.alloc(5_000_000, 'x');
    const tooLarge = {
      '@odata.type': '#microsoft.graph.fileAttachment',
      name: 'b',
      contentBytes: large.subarray(0, 3_145_728).toString('base64'),
    };
    expect((await setting.call('POST', attachments, tooLarge)).status).toBe(413);
    const item = (size: number) => ({ AttachmentItem: { attachmentType: 'file', name: 'large.bin', size } });
    expect((await setting.call('POST', `${attachments}/createUploadSession`, item(1000))).json.error.code).toBe(
      'ErrorAttachmentSizeShouldNotBeLessThanMinimumSize',
    );
    const session = await setting.call('POST', `${attachments}/createUploadSession`, item(large.length));
    expect(session.status).toBe(201);
    const put = (from: number, to: number) =>
      fetch(session.json.uploadUrl, {
        method: 'PUT',
        headers: { 'content-range': `bytes ${from}-${to - 1}/${large.length}` },
        body: large.subarray(from, to),
      });
    expect((await put(3_000_000, 5_000_000)).status).toBe(416);
    const first = await put(0, 3_000_000);
    expect(await first.json()).toMatchObject({ nextExpectedRanges: ['3000000-'] });
    const last = await put(3_000_000, 5_000_000);
    expect(last.status).toBe(201);
    const { json, bytes } = await setting.call('GET', `${last.headers.get('location')}/$value`);
    expect(json).toBeUndefined();
    expect(bytes.equals(large)).toBe(true);
    const list = (await setting.call('GET', `${attachments}?$select=name,size`)).json.value;
    expect(list.map(({ name }: { name: string }) => name)).toEqual(['a.txt', 'large.bin']);
    expect((await setting.call('DELETE', `${attachments}/${list[0].id}`)).status).toBe(204);
    expect((await setting.call('GET', `${alice}/events/${made.id}?$expand=attachments`)).json.attachments).toHaveLength(
      1,
    );
  });
});

describe('calendars', () => {
  it('are made, named once, colored, and removed with what is in them; the default one stays', async () => {
    const made = await setting.call('POST', `${alice}/calendars`, { name: 'Trips', color: 'lightRed' });
    expect(made.json).toMatchObject({
      color: 'lightRed',
      isDefaultCalendar: false,
      canEdit: true,
      owner: { address: 'alice@contoso.example' },
    });
    expect((await setting.call('POST', `${alice}/calendars`, { name: 'trips' })).json.error.code).toBe(
      'ErrorFolderExists',
    );
    const path = `${alice}/calendars/${made.json.id}`;
    await create(meeting(), `${path}/events`);
    expect((await setting.call('GET', `${path}/events`)).json.value).toHaveLength(1);
    expect((await setting.call('PATCH', path, { name: 'Journeys' })).json.name).toBe('Journeys');
    expect((await setting.call('DELETE', path)).status).toBe(204);
    expect((await setting.call('GET', path)).status).toBe(404);
    const main = (await setting.call('GET', `${alice}/calendar`)).json;
    expect(main.isDefaultCalendar).toBe(true);
    expect((await setting.call('DELETE', `${alice}/calendars/${main.id}`)).status).toBe(400);
    expect((await setting.call('POST', `${alice}/calendars`, { name: 'X', color: 'pink' })).status).toBe(400);
  });

  it('carry extended properties, and are found by them and by their events', async () => {
    const id = 'String {66f5a359-4659-4830-9070-00047ec6ac6e} Name SourceId';
    const made = (
      await setting.call('POST', `${alice}/calendars`, {
        name: 'Stamped',
        singleValueExtendedProperties: [{ id, value: '7' }],
      })
    ).json;
    const filter = encodeURIComponent(`singleValueExtendedProperties/any(p: p/id eq '${id}' and p/value eq '7')`);
    expect((await setting.call('GET', `${alice}/calendars?$filter=${filter}`)).json.value).toMatchObject([
      { id: made.id },
    ]);
    const expand = encodeURIComponent(`singleValueExtendedProperties($filter=id eq '${id}')`);
    expect(
      (await setting.call('GET', `${alice}/calendars/${made.id}?$expand=${expand}`)).json.singleValueExtendedProperties,
    ).toEqual([{ id, value: '7' }]);
    expect((await setting.call('GET', `${alice}/calendars?$expand=events`)).status).toBe(400);
    const event = await create(meeting(), `${alice}/calendars/${made.id}/events`);
    expect((await setting.call('GET', `${alice}/events/${event.id}/calendar?$select=name`)).json.name).toBe('Stamped');
  });

  it('are in groups', async () => {
    const [mine] = (await setting.call('GET', `${alice}/calendarGroups`)).json.value;
    expect(mine).toMatchObject({ name: 'My Calendars', classId: '0006f0b7-0000-0000-c000-000000000046' });
    const group = (await setting.call('POST', `${alice}/calendarGroups`, { name: 'Projects' })).json;
    const path = `${alice}/calendarGroups/${group.id}`;
    const inside = (await setting.call('POST', `${path}/calendars`, { name: 'In a group' })).json;
    expect((await setting.call('GET', `${path}/calendars`)).json.value).toMatchObject([{ id: inside.id }]);
    expect((await setting.call('DELETE', path)).status).toBe(400);
  });

  it('are shared by permissions, within what an outsider may have', async () => {
    const path = `${alice}/calendar/calendarPermissions`;
    expect((await setting.call('GET', path)).json.value).toMatchObject([
      { isRemovable: false, role: 'freeBusyRead', emailAddress: { name: 'My Organization' } },
    ]);
    const grant = (address: string, role: string) =>
      setting.call('POST', path, { role, emailAddress: { name: 'X', address } });
    const made = await grant('bjorn@contoso.example', 'write');
    expect(made.json).toMatchObject({ role: 'write', isInsideOrganization: true, isRemovable: true });
    expect((await grant('guest@elsewhere.example', 'write')).status).toBe(400);
    expect((await setting.call('PATCH', `${path}/${made.json.id}`, { role: 'read' })).json.role).toBe('read');
    expect((await setting.call('DELETE', `${path}/${made.json.id}`)).status).toBe(204);
    // Only the one who got it was mailed; that the role changed and went is nobody's mail.
    expect(setting.server.invitations).toMatchObject([{ kind: 'sharing', recipients: ['bjorn@contoso.example'] }]);
  });
});
