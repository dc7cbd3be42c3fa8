import { beforeEach, describe, expect, it } from 'vitest';
import { eventKind } from '../../src/calendar/event-kind.ts';
import { calendarMailbox } from '../../src/index.ts';
import { withServer } from '../mailbox.ts';
import { type Client, signIn } from '../sign-in.ts';

const setting = withServer();
const alice = '/users/alice@contoso.example';
const time = (dateTime: string) => ({ dateTime, timeZone: 'UTC' });
const guests = (...names: string[]) =>
  names.map((name) => ({ type: 'required', emailAddress: { name, address: `${name}@partner.example` } }));
const meeting = (more: object = {}) => ({
  subject: 'Plan',
  start: time('2026-09-07T09:00:00'),
  end: time('2026-09-07T10:00:00'),
  ...more,
});

let seen = 0;
/** What was mailed since it was last asked: kind and recipients' names. */
function mailed(): string[] {
  const { invitations } = setting.server;
  const news = invitations
    .slice(seen)
    .map(({ kind, recipients }) => `${kind}: ${recipients.map((address) => address.split('@')[0]).join(' ')}`);
  seen = invitations.length;
  return news;
}
beforeEach(() => {
  mailed();
});

async function create(body: object) {
  const { status, json } = await setting.call('POST', `${alice}/events`, body);
  expect(status).toBe(201);
  return json;
}

describe('Exchange mails', () => {
  it('nobody about an event without attendees', async () => {
    const { id } = await create(meeting());
    await setting.call('PATCH', `${alice}/events/${id}`, { subject: 'New' });
    await setting.call('DELETE', `${alice}/events/${id}`);
    expect(mailed()).toEqual([]);
  });

  it('the attendees when a meeting is made, changed and deleted', async () => {
    const { id, attendees } = await create(meeting({ attendees: guests('ann', 'bob') }));
    expect(attendees[0].status).toEqual({ response: 'none', time: '0001-01-01T00:00:00Z' });
    expect(mailed()).toEqual(['request: ann bob']);
    await setting.call('PATCH', `${alice}/events/${id}`, { subject: 'Plans' });
    expect(mailed()).toEqual(['update: ann bob']);
    await setting.call('DELETE', `${alice}/events/${id}`);
    expect(mailed()).toEqual(['cancellation: ann bob']);
    expect(setting.server.invitations.at(-1)).toMatchObject({
      tenant: 'contoso.example',
      mailbox: 'alice@contoso.example',
      subject: 'Plans',
    });
  });

  it('only those who came or went when attendees alone are changed', async () => {
    const { id } = await create(meeting({ attendees: guests('ann', 'bob') }));
    mailed();
    await setting.call('PATCH', `${alice}/events/${id}`, { attendees: guests('bob', 'cid') });
    expect(mailed()).toEqual(['cancellation: ann', 'request: cid']);
  });

  it('nobody when categories, reminder or extended properties alone are changed', async () => {
    const { id } = await create(meeting({ attendees: guests('ann') }));
    mailed();
    const changed = await setting.call('PATCH', `${alice}/events/${id}`, {
      categories: ['Red category'],
      isReminderOn: false,
      singleValueExtendedProperties: [{ id: 'String {66f5a359-4659-4830-9070-00047ec6ac6e} Name X', value: '1' }],
    });
    expect(changed.status).toBe(200);
    expect(mailed()).toEqual([]);
  });

  it('of a series: one instance changed or taken out, forwarded, and the rest cancelled', async () => {
    const { id } = await create(
      meeting({
        attendees: guests('ann'),
        recurrence: {
          pattern: { type: 'daily', interval: 1 },
          range: { type: 'numbered', startDate: '2026-09-07', numberOfOccurrences: 5 },
        },
      }),
    );
    mailed();
    const window = 'startDateTime=2026-09-01T00:00:00Z&endDateTime=2026-10-01T00:00:00Z';
    const [first, second] = (await setting.call('GET', `${alice}/events/${id}/instances?${window}`)).json.value;
    await setting.call('PATCH', `${alice}/events/${first.id}`, { attendees: guests('ann', 'dan') });
    expect(mailed()).toEqual(['request: dan']);
    await setting.call('DELETE', `${alice}/events/${second.id}`);
    expect(mailed()).toEqual(['cancellation: ann']);
    await setting.call('POST', `${alice}/events/${id}/forward`, {
      ToRecipients: guests('eve').map(({ emailAddress }) => ({ emailAddress })),
    });
    expect(mailed()).toEqual(['forward: eve']);
    expect((await setting.call('POST', `${alice}/events/${id}/cancel`, { Comment: 'Sorry' })).status).toBe(202);
    expect(mailed()).toEqual(['cancellation: ann']);
    expect((await setting.call('GET', `${alice}/events/${id}`)).status).toBe(404);
  });

  it('the organizer when an attendee answers, unless no response is to be sent', async () => {
    const tenant = setting.server.tenant('contoso.example');
    const bjorn = calendarMailbox(setting.server.cloud, tenant, tenant.named('bjorn'));
    const invited = () =>
      bjorn.addEvent(
        bjorn.defaultCalendar,
        { start: { wall: Date.UTC(2026, 8, 7, 9), zone: 'UTC' }, end: { wall: Date.UTC(2026, 8, 7, 10), zone: 'UTC' } },
        { isOrganizer: false, organizer: { name: 'Alice', address: 'alice@contoso.example' } },
      ).id;
    const path = '/users/bjorn@contoso.example/events';
    const [one, two] = [invited(), invited()];
    expect((await setting.call('POST', `${path}/${one}/accept`, { SendResponse: true })).status).toBe(202);
    expect(mailed()).toEqual(['response: alice']);
    expect((await setting.call('GET', `${path}/${one}`)).json.responseStatus.response).toBe('accepted');
    await setting.call('POST', `${path}/${two}/decline`, { sendResponse: false });
    expect((await setting.call('GET', `${path}/${two}`)).status).toBe(404);
    expect((await setting.call('POST', `${path}/${one}/cancel`, {})).status).toBe(400);
    await setting.call('DELETE', `${path}/${one}`);
    expect(mailed()).toEqual([]);
  });

  it('nobody when a meeting goes through admin/exchange into another tenant and is filed there', async () => {
    const { id, iCalUId } = await create(meeting({ attendees: guests('ann') }));
    mailed();
    const fabrikam = await signIn(setting.server, setting.server.tenant('fabrikam.example'));
    const mailbox = async (call: Client, user: string) =>
      `/admin/exchange/mailboxes/${(await call('GET', `${user}/settings/exchange`)).json.primaryMailboxId}`;
    const exported = await setting.call('POST', `${await mailbox(setting.call, alice)}/exportItems`, { ItemIds: [id] });
    const { data } = exported.json.value[0];
    const there = '/users/bjorn@fabrikam.example';
    const target = (await fabrikam('GET', `${there}/calendar`)).json.id;
    const session = await fabrikam('POST', `${await mailbox(fabrikam, there)}/createImportSession`);
    const imported = await fetch(session.json.importUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ FolderId: target, Mode: 'create', Data: data }),
    });
    const { itemId } = (await imported.json()) as { itemId: string };
    const copy = (await fabrikam('GET', `${there}/events/${itemId}`)).json;
    expect(copy).toMatchObject({
      iCalUId,
      attendees: [{ emailAddress: { name: 'ann' } }],
      organizer: { emailAddress: { address: 'alice@contoso.example' } },
    });
    const stamp = [{ id: 'String {66f5a359-4659-4830-9070-00047ec6ac6e} Name X', value: '1' }];
    expect(
      (await fabrikam('PATCH', `${there}/events/${itemId}`, { singleValueExtendedProperties: stamp })).status,
    ).toBe(200);
    expect(mailed()).toEqual([]);
  });

  it('nobody when an exported meeting is imported, whole, into another tenant', async () => {
    const { id } = await create(
      meeting({
        attendees: guests('ann'),
        body: { contentType: 'html', content: '<p>x</p>' },
        attachments: [{ '@odata.type': '#microsoft.graph.fileAttachment', name: 'a', contentBytes: 'AAEC' }],
        recurrence: {
          pattern: { type: 'daily', interval: 1 },
          range: { type: 'numbered', startDate: '2026-09-07', numberOfOccurrences: 5 },
        },
      }),
    );
    const { cloud } = setting.server;
    const [contoso, fabrikam] = ['contoso.example', 'fabrikam.example'].map((domain) => setting.server.tenant(domain));
    if (contoso === undefined || fabrikam === undefined) throw new Error('no tenants');
    const from = calendarMailbox(cloud, contoso, contoso.named('alice'));
    const to = calendarMailbox(cloud, fabrikam, fabrikam.named('alice'));
    const source = from.find(id)?.event;
    if (source === undefined) throw new Error('no event');
    from.changeInstance(source, '2026-09-08', { subject: 'Other' });
    from.cancelInstance(source, '2026-09-09');
    mailed();
    const content = structuredClone(eventKind.find(cloud, contoso, from.user, id)?.content());
    const folder = eventKind.folders(cloud, fabrikam, to.user).find((one) => one.id === to.defaultCalendar.id);
    const copy = to.find(folder?.create(content).id ?? '')?.event;
    const { attachments, properties, ...fields } = source.fields;
    expect(copy).toMatchObject({
      iCalUId: source.iCalUId,
      organizer: source.organizer,
      recurrence: source.recurrence,
      fields,
    });
    expect(copy?.exceptions.get('2026-09-08')?.fields).toEqual({ subject: 'Other' });
    expect(copy?.cancelled).toEqual(new Set(['2026-09-09']));
    expect(Buffer.concat(copy?.fields.attachments[0]?.content ?? [])).toEqual(Buffer.from([0, 1, 2]));
    expect(mailed()).toEqual([]);
  });
});
