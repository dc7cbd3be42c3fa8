import { isOfLiveScope, liveAccount } from '@sterna/connector-suite';
import { isOfSuite } from '../contacts/suite-endpoint.ts';
import { LiveGoogle } from './live-google.ts';

/** What the connector itself keeps in a mailbox. */
const OWN_LABEL = /^Sterna(?:\/|$)/;

/** After all tests: what is theirs goes, and what an earlier run left that was broken off. */
export async function teardown(): Promise<void> {
  const google = new LiveGoogle(liveAccount());
  // A user without one of the services, an account without its scope.
  for (const clear of [clearMail, clearCalendars, clearContacts, clearTasks, clearDrive])
    await clear(google).catch(() => undefined);
}

async function clearMail(google: LiveGoogle): Promise<void> {
  const gmail = '/gmail/v1/users/me';
  const labels = await google.all(`${gmail}/labels?fields=labels(id,name)`, 'labels');
  for (const { id } of labels.filter(({ name }) => isOfLiveScope(name))) {
    const messages = await google.all(
      `${gmail}/messages?includeSpamTrash=true&maxResults=500&labelIds=${id}`,
      'messages',
    );
    for (const one of messages) await google.call('DELETE', `${gmail}/messages/${one.id}`);
    await google.call('DELETE', `${gmail}/labels/${id}`);
  }
  // They hold nothing any more, unless somebody migrates into this very account.
  for (const { id } of labels.filter(({ name }) => OWN_LABEL.test(name))) {
    const { messagesTotal } = await google.ok('GET', `${gmail}/labels/${id}`);
    if (messagesTotal === 0) await google.call('DELETE', `${gmail}/labels/${id}`);
  }
}

async function clearCalendars(google: LiveGoogle): Promise<void> {
  const calendars = await google.all('/calendar/v3/users/me/calendarList?maxResults=250&showHidden=true', 'items');
  for (const { id } of calendars.filter(({ summary }) => isOfLiveScope(summary)))
    await google.call('DELETE', `/calendar/v3/calendars/${encodeURIComponent(id)}`);
}

async function clearContacts(google: LiveGoogle): Promise<void> {
  const people = await google.all('/v1/people/me/connections?personFields=clientData&pageSize=1000', 'connections');
  // They have no container of their own.
  for (const { resourceName } of people.filter(isOfSuite))
    await google.call('DELETE', `/v1/${resourceName}:deleteContact`);
}

async function clearTasks(google: LiveGoogle): Promise<void> {
  const lists = await google.all('/tasks/v1/users/@me/lists?maxResults=1000', 'items');
  for (const { id } of lists.filter(({ title }) => isOfLiveScope(title)))
    await google.call('DELETE', `/tasks/v1/users/@me/lists/${id}`);
}

async function clearDrive(google: LiveGoogle): Promise<void> {
  const wanted = encodeURIComponent("name contains 'Sterna test' and 'root' in parents");
  const files = await google.all(
    `/drive/v3/files?q=${wanted}&fields=nextPageToken,files(id,name)&pageSize=1000`,
    'files',
  );
  for (const { id } of files.filter(({ name }) => isOfLiveScope(name)))
    await google.call('DELETE', `/drive/v3/files/${id}`);
}
