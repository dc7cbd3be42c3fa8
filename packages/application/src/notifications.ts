import { randomBytes, randomUUID, X509Certificate } from 'node:crypto';
import {
  type MailSecurity,
  NOTIFICATION_TOPICS,
  type NotificationTopic,
  SternaError,
  WEBHOOK_SECRET_PREFIX,
} from '@sterna/core';
import {
  type ChannelRow,
  channelById,
  channelPurpose,
  channelsOf,
  deliveriesOf,
  inOrganization,
  insertChannel,
  type ListedDelivery,
  type NotificationRules,
  type OrganizationTransaction,
  recordTest,
  requeueDelivery,
  reserveIds,
  rulesOf,
  updateChannelRow,
  violatedIndex,
  writeRules,
} from '@sterna/store';
import { found, nameTaken, readCursor, readLimit, readName, requireScope } from './access.ts';
import type { Actor, Context, Page } from './context.ts';

export interface WebhookSettings {
  readonly url: string;
}

export interface MailSettings {
  readonly host: string;
  readonly port: number;
  readonly security: MailSecurity;
  readonly user?: string | undefined;
  readonly from: string;
  readonly to: readonly string[];
  /** PEM of an authority of one's own. */
  readonly ca?: string | undefined;
}

/** What is sealed: the key of a webhook's signatures, or the password of the mail server. */
export interface ChannelSecret {
  readonly secret?: string;
  readonly password?: string;
}

/** Absent members of a change stay as they are. */
export interface ChannelInput {
  readonly name?: string | undefined;
  readonly topics?: readonly NotificationTopic[] | undefined;
  readonly enabled?: boolean | undefined;
  readonly url?: string | undefined;
  readonly host?: string | undefined;
  /** 465, 587 or 25 unless told. */
  readonly port?: number | undefined;
  readonly security?: MailSecurity | undefined;
  readonly user?: string | undefined;
  /** '' removes it. */
  readonly password?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: readonly string[] | undefined;
  readonly ca?: string | undefined;
}

export interface ChannelView {
  readonly id: number;
  readonly name: string;
  readonly kind: ChannelRow['kind'];
  readonly topics: readonly NotificationTopic[];
  readonly enabled: boolean;
  readonly createdBy: string;
  readonly createdAt: Date;
  /** Its path is a secret with some receivers: only who may change channels sees it. */
  readonly url: string | undefined;
  readonly mail: (Omit<MailSettings, 'ca'> & { readonly hasPassword: boolean; readonly hasCa: boolean }) | undefined;
}

export interface DeliveryView {
  readonly id: number;
  readonly eventId: string;
  readonly channel: { readonly id: number; readonly name: string; readonly kind: ChannelRow['kind'] };
  readonly topic: string;
  readonly projectId: number | undefined;
  readonly title: string;
  readonly text: string;
  readonly at: Date;
  readonly status: 'waiting' | 'delivered' | 'failed';
  readonly attempts: readonly {
    readonly number: number;
    readonly at: Date;
    readonly ok: boolean;
    readonly words: string;
  }[];
  /** While it waits. */
  readonly nextAttemptAt: Date | undefined;
  readonly deliveredAt: Date | undefined;
}

const channelView = (row: ChannelRow, actor: Actor): ChannelView => {
  const { ca, ...mail } = row.settings as unknown as MailSettings;
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    topics: row.topics as NotificationTopic[],
    enabled: row.enabled,
    createdBy: row.created_by,
    createdAt: row.created_at,
    url: row.kind === 'webhook' ? shownUrl(row, actor) : undefined,
    mail:
      row.kind === 'email' ? { ...mail, hasPassword: row.sealed_secret !== null, hasCa: ca !== undefined } : undefined,
  };
};

function shownUrl(row: ChannelRow, actor: Actor): string {
  const { url } = row.settings as unknown as WebhookSettings;
  return actor.scopes.includes('admin') ? url : `${new URL(url).origin}/…`;
}

const deliveryView = (row: ListedDelivery): DeliveryView => ({
  id: row.id,
  eventId: row.event_id,
  channel: { id: row.channel_id, name: row.channel_name, kind: row.channel_kind },
  topic: row.topic,
  projectId: row.project_id ?? undefined,
  title: row.title,
  text: row.text,
  at: row.at,
  status: row.status,
  attempts: row.tries.map((one) => ({ ...one, at: new Date(one.at) })),
  nextAttemptAt: row.status === 'waiting' ? row.next_attempt_at : undefined,
  deliveredAt: row.delivered_at ?? undefined,
});

const newSecret = (): string => WEBHOOK_SECRET_PREFIX + randomBytes(32).toString('base64');

// Reading what people give.

function readTopics(topics: readonly NotificationTopic[]): NotificationTopic[] {
  const chosen = NOTIFICATION_TOPICS.filter((topic) => topics.includes(topic));
  if (chosen.length > 0) return chosen;
  throw new SternaError('config', 'channel-topics-empty', 'Nothing says what this channel is to be told about.', {
    field: 'topics',
    fix: 'Choose at least one topic.',
  });
}

function readUrl(text: string): string {
  let url: URL | undefined;
  try {
    url = new URL(text.trim());
  } catch {
    // Below.
  }
  const isHttp = url?.protocol === 'https:' || url?.protocol === 'http:';
  if (url === undefined || !isHttp || url.username !== '' || url.password !== '' || text.length > 2_000)
    throw new SternaError('config', 'channel-url-invalid', 'This is no URL that a webhook can go to.', {
      field: 'url',
      fix: 'Write https://host/path, without user and password: each message is signed instead.',
    });
  url.hash = '';
  return url.href;
}

function readHost(text: string): string {
  const host = text.trim();
  if (/^[a-z0-9_]([a-z0-9_.:-]{0,252}[a-z0-9_])?$/i.test(host)) return host;
  throw new SternaError('config', 'channel-host-invalid', 'This is no name of a mail server.', {
    field: 'host',
    fix: 'Write its host name alone, such as smtp.example.org; the port has a field of its own.',
  });
}

function readMailbox(text: string, field: 'from' | 'to'): string {
  const address = text.trim();
  if (/^[^\s@<>,;"]+@[^\s@<>,;"]+$/.test(address) && address.length <= 320) return address;
  throw new SternaError(
    'config',
    'channel-address-invalid',
    `${address.slice(0, 100) || 'This'} is no email address.`,
    {
      field,
      fix: 'Write it as name@example.org.',
    },
  );
}

const MOST_RECIPIENTS = 50;
function readRecipients(to: readonly string[]): readonly string[] {
  const addresses = [...new Set(to.map((one) => one.trim()).filter((one) => one !== ''))];
  if (addresses.length === 0 || addresses.length > MOST_RECIPIENTS)
    throw new SternaError('config', 'channel-address-invalid', `It goes to 1 to ${MOST_RECIPIENTS} addresses.`, {
      field: 'to',
      fix: 'Write them as name@example.org.',
    });
  return addresses.map((one) => readMailbox(one, 'to'));
}

function readCa(text: string): string {
  try {
    new X509Certificate(text);
    return text.trim();
  } catch {
    throw new SternaError('config', 'channel-ca-invalid', 'This is no certificate.', {
      field: 'ca',
      fix: 'Give it as PEM: -----BEGIN CERTIFICATE----- and so on.',
    });
  }
}

const USUAL_PORT: Readonly<Record<MailSecurity, number>> = { tls: 465, starttls: 587, none: 25 };

function readMail(input: ChannelInput, before: MailSettings | undefined): MailSettings {
  const security = input.security ?? before?.security ?? 'tls';
  const user = (input.user ?? before?.user)?.trim();
  const ca = input.ca === undefined ? before?.ca : input.ca.trim() === '' ? undefined : readCa(input.ca);
  return {
    host: readHost(input.host ?? before?.host ?? ''),
    port: input.port ?? before?.port ?? USUAL_PORT[security],
    security,
    ...(user === undefined || user === '' ? {} : { user }),
    from: readMailbox(input.from ?? before?.from ?? '', 'from'),
    to: input.to === undefined && before !== undefined ? before.to : readRecipients(input.to ?? []),
    ...(ca === undefined ? {} : { ca }),
  };
}

function readSettings(kind: ChannelRow['kind'], input: ChannelInput, before?: unknown): WebhookSettings | MailSettings {
  if (kind === 'webhook') {
    for (const field of ['host', 'port', 'security', 'user', 'password', 'from', 'to', 'ca'] as const)
      if (input[field] !== undefined) throw otherKind(field, 'a webhook');
    return { url: readUrl(input.url ?? (before as WebhookSettings | undefined)?.url ?? '') };
  }
  if (input.url !== undefined) throw otherKind('url', 'a mail channel');
  return readMail(input, before as MailSettings | undefined);
}

const otherKind = (field: string, kind: string): SternaError =>
  new SternaError('config', 'channel-kind-fixed', `The setting ${field} doesn’t belong to ${kind}.`, {
    field,
    fix: 'Leave it out, or make another channel.',
  });

// What people can do.

export async function listChannels(context: Context, actor: Actor): Promise<readonly ChannelView[]> {
  requireScope(actor, 'read');
  return (await channelsOf(context.db, actor.organizationId)).map((row) => channelView(row, actor));
}

/**
 * @returns `secret`: the key of a webhook's signatures; shown this once
 * @throws SternaError config `name-taken` | `channel-*`
 */
export async function createChannel(
  context: Context,
  actor: Actor,
  input: ChannelInput & { kind: ChannelRow['kind']; name: string; topics: readonly NotificationTopic[] },
): Promise<{ channel: ChannelView; secret: string | undefined }> {
  requireScope(actor, 'admin');
  const name = readName(input.name);
  const topics = readTopics(input.topics);
  const settings = readSettings(input.kind, input);
  const secret = input.kind === 'webhook' ? newSecret() : undefined;
  const sealed: ChannelSecret | undefined =
    secret !== undefined ? { secret } : input.password ? { password: input.password } : undefined;
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const [id] = await reserveIds(tx.db, 'notification_channel', 1);
    if (id === undefined) throw new SternaError('bug', 'internal', 'No id was reserved.');
    const row = await insertChannel(tx.db, {
      id,
      organizationId: actor.organizationId,
      name,
      kind: input.kind,
      settings,
      sealedSecret: sealed === undefined ? null : context.secrets.sealJson(channelPurpose(id), sealed),
      topics,
      createdBy: actor.name,
    }).catch((error: unknown) => {
      if (violatedIndex(error) !== undefined) throw nameTaken('a channel', name);
      throw error;
    });
    tx.audit('notification.create-channel', `notification-channel/${id}`, {
      name,
      kind: input.kind,
      topics,
      to: whereTo(row),
    });
    tx.event({ type: 'notification' });
    return { channel: channelView(row, actor), secret };
  });
}

/** For the audit trail: no paths, which some receivers treat as passwords. */
function whereTo(row: ChannelRow): unknown {
  if (row.kind === 'email') return (row.settings as unknown as MailSettings).to;
  return new URL((row.settings as unknown as WebhookSettings).url).origin;
}

async function changeChannel(
  context: Context,
  actor: Actor,
  channelId: number,
  change: (tx: OrganizationTransaction, row: ChannelRow) => Promise<ChannelRow>,
): Promise<ChannelView> {
  requireScope(actor, 'admin');
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const before = found(await channelById(tx.db, actor.organizationId, channelId), 'channel', channelId);
    const row = await change(tx, before);
    tx.event({ type: 'notification' });
    return channelView(row, actor);
  });
}

/** Absent members stay. @throws SternaError config `name-taken` | `channel-*` */
export async function updateChannel(
  context: Context,
  actor: Actor,
  input: ChannelInput & { channelId: number },
): Promise<ChannelView> {
  return changeChannel(context, actor, input.channelId, async (tx, before) => {
    const name = input.name === undefined ? before.name : readName(input.name);
    const settings = readSettings(before.kind, input, before.settings);
    const topics = input.topics === undefined ? before.topics : readTopics(input.topics);
    const enabled = input.enabled ?? before.enabled;
    const row = await updateChannelRow(tx.db, before.id, {
      name,
      settings: JSON.stringify(settings),
      topics,
      enabled,
      ...(input.password === undefined
        ? {}
        : {
            sealed_secret:
              input.password === ''
                ? null
                : context.secrets.sealJson(channelPurpose(before.id), { password: input.password }),
          }),
    }).catch((error: unknown) => {
      if (violatedIndex(error) !== undefined) throw nameTaken('a channel', name);
      throw error;
    });
    tx.audit('notification.update-channel', `notification-channel/${row.id}`, {
      name,
      topics,
      enabled,
      to: whereTo(row),
      passwordChanged: input.password !== undefined,
    });
    return row;
  });
}

/** A new key for a webhook's signatures, shown this once; the old one is no longer used. */
export async function renewChannelSecret(
  context: Context,
  actor: Actor,
  input: { channelId: number },
): Promise<{ channel: ChannelView; secret: string }> {
  const secret = newSecret();
  const channel = await changeChannel(context, actor, input.channelId, async (tx, before) => {
    if (before.kind !== 'webhook') throw otherKind('secret', 'a mail channel');
    tx.audit('notification.renew-secret', `notification-channel/${before.id}`, { name: before.name });
    return updateChannelRow(tx.db, before.id, {
      sealed_secret: context.secrets.sealJson(channelPurpose(before.id), { secret }),
    });
  });
  return { channel, secret };
}

export async function removeChannel(context: Context, actor: Actor, input: { channelId: number }): Promise<void> {
  await changeChannel(context, actor, input.channelId, async (tx, before) => {
    tx.audit('notification.remove-channel', `notification-channel/${before.id}`, { name: before.name });
    return updateChannelRow(tx.db, before.id, { removed_at: tx.now, sealed_secret: null });
  });
}

/**
 * Sends something harmless by the way that everything goes, once; the delivery says what came of it.
 *
 * @throws SternaError config `channel-off`
 */
export async function testChannel(context: Context, actor: Actor, input: { channelId: number }): Promise<DeliveryView> {
  requireScope(actor, 'admin');
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const row = found(await channelById(tx.db, actor.organizationId, input.channelId), 'channel', input.channelId);
    if (!row.enabled)
      throw new SternaError('config', 'channel-off', 'This channel is switched off.', { fix: 'Switch it on first.' });
    const { deliveryId } = await recordTest(
      tx.db,
      {
        organizationId: actor.organizationId,
        topic: 'test',
        key: `test:${randomUUID()}`,
        projectId: undefined,
        title: `Test of the channel ${row.name}`,
        text: `${actor.name} asked for it. If you can read this, notifications arrive.`,
        data: { channel: row.name, requestedBy: actor.name },
      },
      row.id,
    );
    tx.audit('notification.test', `notification-channel/${row.id}`, { name: row.name });
    tx.event({ type: 'notification' });
    return oneDelivery(tx.db, actor, deliveryId);
  });
}

async function oneDelivery(db: Context['db'], actor: Actor, id: number): Promise<DeliveryView> {
  const [row] = await deliveriesOf(db, actor.organizationId, { id, limit: 1 });
  return deliveryView(found(row, 'delivery', id));
}

export async function getDelivery(
  context: Context,
  actor: Actor,
  input: { deliveryId: number },
): Promise<DeliveryView> {
  requireScope(actor, 'read');
  return oneDelivery(context.db, actor, input.deliveryId);
}

/** Newest first. */
export async function listDeliveries(
  context: Context,
  actor: Actor,
  input: { channelId?: number | undefined; after?: string | undefined; limit?: number | undefined },
): Promise<Page<DeliveryView>> {
  requireScope(actor, 'read');
  if (input.channelId !== undefined)
    found(await channelById(context.db, actor.organizationId, input.channelId), 'channel', input.channelId);
  const limit = readLimit(input.limit, 50);
  const rows = await deliveriesOf(context.db, actor.organizationId, {
    channelId: input.channelId,
    before: readCursor(input.after),
    limit: limit + 1,
  });
  const items = rows.slice(0, limit).map(deliveryView);
  const last = items.at(-1);
  return rows.length > limit && last !== undefined ? { items, next: String(last.id) } : { items };
}

/** One that failed goes out once more, now; one that waits doesn't wait. */
export async function retryDelivery(
  context: Context,
  actor: Actor,
  input: { deliveryId: number },
): Promise<DeliveryView> {
  requireScope(actor, 'operate');
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const before = await oneDelivery(tx.db, actor, input.deliveryId);
    const channel = await channelById(tx.db, actor.organizationId, before.channel.id);
    if (channel?.enabled !== true)
      throw new SternaError('config', 'channel-off', 'The channel of this message is switched off or removed.', {
        fix: 'Switch it on first.',
      });
    await requeueDelivery(tx.db, before.id);
    tx.event({ type: 'notification' });
    return oneDelivery(tx.db, actor, before.id);
  });
}

/** When something is worth telling. */
export async function getNotificationRules(context: Context, actor: Actor): Promise<NotificationRules> {
  requireScope(actor, 'read');
  return rulesOf(context.db, actor.organizationId);
}

/** Absent members stay; their bounds are those of core `RULE_BOUNDS`, checked by the contract. */
export async function updateNotificationRules(
  context: Context,
  actor: Actor,
  input: { [K in keyof NotificationRules]?: NotificationRules[K] | undefined },
): Promise<NotificationRules> {
  requireScope(actor, 'admin');
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const before = await rulesOf(tx.db, actor.organizationId);
    const rules = {
      failureShare: input.failureShare ?? before.failureShare,
      throttledMinutes: input.throttledMinutes ?? before.throttledMinutes,
      licenseLow: input.licenseLow ?? before.licenseLow,
    };
    await writeRules(tx.db, actor.organizationId, rules);
    tx.audit('notification.rules', `organization/${actor.organizationId}`, rules);
    tx.event({ type: 'notification' });
    return rules;
  });
}
