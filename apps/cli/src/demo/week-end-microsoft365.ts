import { MIGRATION_APP, type Microsoft365 } from '@sterna/simulator-microsoft365';
import { type Doings, DoingsLog } from './source.ts';

/**
 * People of a tenant use their mailboxes and drives, through Microsoft Graph as their programs do: they read, write and
 * move mail, change an event, save a file over an old one and a new one.
 */
export async function spendWeekEnd(server: Microsoft365, people: readonly string[]): Promise<Doings> {
  const log = new DoingsLog();
  for (const address of people) {
    const ask = await signIn(server, address);
    const { value: mail } = await ask<List>('GET', '/mailFolders/inbox/messages?$top=4&$select=id,isRead');
    const [read, flagged, filed, removed] = mail;
    if (read !== undefined) {
      await ask('PATCH', `/messages/${read.id}`, { isRead: read.isRead !== true });
      log.done('mails read or marked unread');
    }
    if (flagged !== undefined) {
      await ask('PATCH', `/messages/${flagged.id}`, { flag: { flagStatus: 'flagged' }, categories: ['Monday'] });
      log.done('mails flagged');
    }
    if (filed !== undefined) {
      await ask('POST', `/messages/${filed.id}/move`, { destinationId: 'archive' });
      log.done('mails filed');
    }
    if (removed !== undefined) {
      await ask('DELETE', `/messages/${removed.id}`);
      log.done('mails deleted');
    }
    await ask('POST', '/mailFolders/inbox/messages', {
      subject: 'About Monday',
      body: { contentType: 'text', content: 'Who has the key to the new office?' },
      from: { emailAddress: { name: 'Reception', address: 'reception@partner.example' } },
      toRecipients: [{ emailAddress: { address } }],
      singleValueExtendedProperties: [{ id: 'Integer 0x0E07', value: '0' }],
    });
    log.done('mails arrived');
    const { value: events } = await ask<List>('GET', '/events?$top=5&$select=id,attendees');
    const alone = events.find(({ attendees }) => attendees?.length === 0);
    if (alone !== undefined) {
      await ask('PATCH', `/events/${alone.id}`, { location: { displayName: 'The new office' } });
      log.done('events changed');
    }
    await ask('PUT', '/drive/root:/Moving plan.txt:/content', 'Boxes on Friday, keys on Monday.\n');
    log.done('files written');
  }
  return log.all;
}

interface List {
  readonly value: readonly {
    readonly id: string;
    readonly isRead?: boolean;
    readonly attendees?: readonly unknown[];
  }[];
}

type Ask = <T>(method: string, path: string, body?: object | string) => Promise<T>;

async function signIn({ baseUrl }: Microsoft365, address: string): Promise<Ask> {
  const answer = await fetch(`${baseUrl}/${address.split('@')[1]}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: MIGRATION_APP.id,
      client_secret: MIGRATION_APP.secret,
      scope: 'https://graph.microsoft.com/.default',
    }),
  });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  return async <T>(method: string, path: string, body?: object | string): Promise<T> => {
    const reply = await fetch(`${baseUrl}/v1.0/users/${address}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': typeof body === 'string' ? 'text/plain' : 'application/json' }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await reply.text();
    if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${text.slice(0, 300)}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  };
}
