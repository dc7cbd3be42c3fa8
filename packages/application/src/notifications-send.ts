import { createHmac } from 'node:crypto';
import { asSternaError, retryWait, signedContent, WEBHOOK_SECRET_PREFIX } from '@sterna/core';
import { announce, channelPurpose, claimDeliveries, type DueDelivery, settleAttempt } from '@sterna/store';
import type { Context } from './context.ts';
import type { ChannelSecret, MailSettings, WebhookSettings } from './notifications.ts';
import { timeInWords } from './notifications-words.ts';

export interface Sent {
  readonly ok: boolean;
  /** What the receiver said, or why nobody was reached. */
  readonly words: string;
  /** Trying again can't help. */
  readonly final?: boolean;
}

/** How messages leave; the composition root knows how. Neither throws for what the other side does. */
export interface NotificationTransport {
  webhook(message: {
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  }): Promise<Sent>;
  mail(message: {
    readonly server: MailSettings;
    readonly password: string | undefined;
    readonly subject: string;
    readonly text: string;
    readonly messageId: string;
  }): Promise<Sent>;
}

const AT_ONCE = 50;
/** Longer than any attempt may take. */
const LEASE_SECONDS = 120;

/**
 * Sends what is due, until nothing is. At least once: what was sent by a process that died before it could write that
 * down is sent again, under the same id. For the driver; needs no actor.
 *
 * @returns attempts made
 */
export async function deliverNotifications(context: Context, transport: NotificationTransport): Promise<number> {
  let attempts = 0;
  for (;;) {
    const due = await claimDeliveries(context.db, AT_ONCE, LEASE_SECONDS);
    if (due.length === 0) return attempts;
    attempts += due.length;
    const byChannel = Map.groupBy(due, ({ channel }) => channel.id);
    // A receiver that hangs holds up nobody but itself.
    await Promise.all([...byChannel.values()].map((mine) => sendAll(context, transport, mine)));
    const organizations = new Set(due.map(({ channel }) => channel.organization_id));
    await announce(
      context.db,
      [...organizations].map((organizationId) => ({ type: 'delivery', organizationId })),
    );
  }
}

async function sendAll(
  context: Context,
  transport: NotificationTransport,
  mine: readonly DueDelivery[],
): Promise<void> {
  // Mails to the same people go as one; whoever reads webhooks counts on one event each.
  const together = mine[0]?.channel.kind === 'email' ? [mine] : mine.map((one) => [one]);
  for (const deliveries of together) {
    const sent = await send(context, transport, deliveries).catch(
      (thrown: unknown): Sent => ({ ok: false, words: inWords(thrown) }),
    );
    for (const { delivery, event } of deliveries) {
      const isOver = sent.final === true || event.topic === 'test';
      await settleAttempt(context.db, delivery, {
        ok: sent.ok,
        words: sent.words.slice(0, 500),
        retryAfterSeconds: isOver ? undefined : retryWait(delivery.attempts),
      });
    }
  }
}

function inWords(thrown: unknown): string {
  const error = asSternaError(thrown);
  return error.class === 'bug' ? 'Something went wrong inside Sterna; the log of the server says what.' : error.message;
}

async function send(
  context: Context,
  transport: NotificationTransport,
  deliveries: readonly DueDelivery[],
): Promise<Sent> {
  const [first] = deliveries;
  if (first === undefined) return { ok: true, words: '' };
  const { channel, event } = first;
  const secret = (
    channel.sealed_secret === null ? {} : context.secrets.unsealJson(channelPurpose(channel.id), channel.sealed_secret)
  ) as ChannelSecret;
  if (channel.kind === 'webhook') {
    const body = JSON.stringify({
      type: event.topic,
      timestamp: event.at.toISOString(),
      data: { title: event.title, text: event.text, ...event.data },
    });
    const { url } = channel.settings as unknown as WebhookSettings;
    return transport.webhook({
      url,
      body,
      headers: signed(event.id, Math.floor(Date.now() / 1_000), body, secret.secret ?? ''),
    });
  }
  return transport.mail({
    server: channel.settings as unknown as MailSettings,
    password: secret.password,
    messageId: `<${event.id}.${first.delivery.id}@sterna.invalid>`,
    ...mailOf(deliveries),
  });
}

/** Headers of Standard Webhooks. */
function signed(id: string, seconds: number, body: string, secret: string): Record<string, string> {
  const key = Buffer.from(secret.slice(WEBHOOK_SECRET_PREFIX.length), 'base64');
  const signature = createHmac('sha256', key)
    .update(signedContent(id, seconds, body), 'utf8')
    .digest('base64');
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': `v1,${signature}`,
  };
}

function mailOf(deliveries: readonly DueDelivery[]): { subject: string; text: string } {
  const titles = deliveries.map(({ event }) => event.title);
  const [first = ''] = titles;
  const parts = deliveries.map(({ event }) => `${event.title}\n${timeInWords(event.at)}\n\n${event.text}`.trim());
  const rule = `\n\n${'-'.repeat(40)}\n\n`;
  return {
    subject: `[Sterna] ${titles.length === 1 ? first : `${titles.length} notices: ${first}`}`,
    text: `${parts.join(rule)}${rule}Sent by the channel "${deliveries[0]?.channel.name ?? ''}" of Sterna.\n`,
  };
}
