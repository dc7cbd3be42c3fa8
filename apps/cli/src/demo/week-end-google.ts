import { type Google, MIGRATION_SCOPES } from '@sterna/simulator-google';
import { type Doings, DoingsLog } from './source.ts';

/**
 * People of a domain use their mailboxes and drives, through Google's APIs as their programs do: they read, star, file
 * and delete mail, change an event, and save a new file.
 */
export async function spendWeekEnd(server: Google, people: readonly string[]): Promise<Doings> {
  const log = new DoingsLog();
  for (const address of people) {
    const ask = signIn(server, address);
    const mail = '/gmail/v1/users/me';
    const { messages = [] } = await ask<Mails>('GET', `${mail}/messages?labelIds=INBOX&maxResults=4`);
    const [read, starred, filed, removed] = messages;
    if (read !== undefined) {
      const { labelIds = [] } = await ask<Mail>('GET', `${mail}/messages/${read.id}?format=minimal`);
      const change = labelIds.includes('UNREAD') ? 'removeLabelIds' : 'addLabelIds';
      await ask('POST', `${mail}/messages/${read.id}/modify`, { [change]: ['UNREAD'] });
      log.done('mails read or marked unread');
    }
    if (starred !== undefined) {
      await ask('POST', `${mail}/messages/${starred.id}/modify`, { addLabelIds: ['STARRED'] });
      log.done('mails starred');
    }
    if (filed !== undefined) {
      const label = await ask<{ readonly id: string }>('POST', `${mail}/labels`, { name: 'Moving' });
      const change = { addLabelIds: [label.id], removeLabelIds: ['INBOX'] };
      await ask('POST', `${mail}/messages/${filed.id}/modify`, change);
      log.done('mails filed under a new label');
    }
    if (removed !== undefined) {
      await ask('POST', `${mail}/messages/${removed.id}/trash`);
      log.done('mails deleted');
    }
    await ask('POST', `${mail}/messages`, {
      raw: Buffer.from(arrived(address, new Date(server.clock.now()))).toString('base64url'),
      labelIds: ['INBOX', 'UNREAD'],
    });
    log.done('mails arrived');
    const calendar = '/calendar/v3/calendars/primary/events';
    const { items = [] } = await ask<Events>('GET', `${calendar}?fields=items(id,attendees,recurrence,eventType)`);
    const alone = items.find((one) => one.attendees === undefined && one.recurrence === undefined && isUsual(one));
    if (alone !== undefined) {
      await ask('PATCH', `${calendar}/${alone.id}?sendUpdates=none`, { location: 'The new office' });
      log.done('events changed');
    }
    await ask('POST', '/upload/drive/v3/files?uploadType=multipart', [
      { type: 'application/json', body: JSON.stringify({ name: 'Moving plan.txt', mimeType: 'text/plain' }) },
      { type: 'text/plain', body: 'Boxes on Friday, keys on Monday.\n' },
    ]);
    log.done('files written');
  }
  return log.all;
}

const arrived = (address: string, date: Date): string =>
  [
    'From: Reception <reception@partner.example>',
    `To: <${address}>`,
    'Subject: About Monday',
    `Date: ${date.toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <monday.${address.replace('@', '.')}@partner.example>`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    '',
    'Who has the key to the new office?',
    '',
  ].join('\r\n');

const isUsual = ({ eventType }: { readonly eventType?: string }): boolean =>
  eventType === undefined || eventType === 'default';

interface Mails {
  readonly messages?: readonly { readonly id: string }[];
}

interface Mail {
  readonly labelIds?: readonly string[];
}

interface Events {
  readonly items?: readonly {
    readonly id: string;
    readonly attendees?: readonly unknown[];
    readonly recurrence?: readonly string[];
    readonly eventType?: string;
  }[];
}

interface Part {
  readonly type: string;
  readonly body: string;
}

type Ask = <T>(method: string, path: string, body?: object | readonly Part[]) => Promise<T>;

const BOUNDARY = 'moving-plan';

/** As the person: what is of interest here is what they do, not how they sign in. */
function signIn(server: Google, address: string): Ask {
  const user = server.cloud.findUser(address);
  if (user === undefined) throw new Error(`there is no ${address}`);
  const { project, clientId } = server.serviceAccount;
  const scopes = new Set(MIGRATION_SCOPES);
  const { token } = server.cloud.accessTokens.issue({ ...user, clientId, project, scopes });
  return async <T>(method: string, path: string, body?: object | readonly Part[]): Promise<T> => {
    const isMultipart = Array.isArray(body);
    const reply = await fetch(`${server.baseUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': isMultipart ? `multipart/related; boundary=${BOUNDARY}` : 'application/json',
      },
      ...(body === undefined ? {} : { body: isMultipart ? multipart(body) : JSON.stringify(body) }),
    });
    const text = await reply.text();
    if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${text.slice(0, 300)}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  };
}

const multipart = (parts: readonly Part[]): string =>
  [
    ...parts.flatMap(({ type, body }) => [`--${BOUNDARY}`, `Content-Type: ${type}`, '', body]),
    `--${BOUNDARY}--`,
    '',
  ].join('\r\n');
