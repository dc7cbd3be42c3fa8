import { type Selectable, sql } from 'kysely';
import type { Domain } from '../schema.ts';
import type { DomainDb } from './domain-database.ts';
import type { ChannelRow } from './notifications.ts';

export type EventRow = Selectable<Domain['notification_event']>;
export type DeliveryRow = Selectable<Domain['notification_delivery']>;

export interface NewEvent {
  readonly organizationId: number;
  readonly topic: string;
  /** The happening: told once, however often it is found. */
  readonly key: string;
  readonly projectId: number | undefined;
  readonly title: string;
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Mails of one channel are at least this far apart, so that a bad night fills no mailbox: the rest comes together. */
const MAIL_PAUSE = '5 minutes';
const CHUNK = 500;

/** New ones alone, each with a delivery for every channel that is on and wants its topic. @returns how many were new */
export async function recordEvents(db: DomainDb, events: readonly NewEvent[]): Promise<number> {
  let made = 0;
  for (let at = 0; at < events.length; at += CHUNK) {
    const chunk = events.slice(at, at + CHUNK).map((event) => ({
      organization_id: event.organizationId,
      topic: event.topic,
      key: event.key,
      project_id: event.projectId ?? null,
      title: event.title,
      text: event.text,
      data: event.data,
    }));
    const result = await sql<{ n: number }>`
      with made as (
        insert into notification_event (organization_id, topic, key, project_id, title, text, data)
        select * from jsonb_to_recordset(${JSON.stringify(chunk)}::jsonb)
          as e(organization_id bigint, topic text, key text, project_id bigint, title text, text text, data jsonb)
        on conflict (organization_id, key) do nothing
        returning id, organization_id, topic
      ), queued as (
        insert into notification_delivery (event_id, channel_id, next_attempt_at)
        select m.id, c.id, case when c.kind = 'email' then greatest(now(), coalesce((
                 select d.delivered_at + ${MAIL_PAUSE}::interval from notification_delivery d
                  where d.channel_id = c.id and d.delivered_at is not null order by d.id desc limit 1), now()))
               else now() end
          from made m join notification_channel c on c.organization_id = m.organization_id
         where c.enabled and c.removed_at is null and m.topic = any(c.topics))
      select count(*) as n from made`.execute(db);
    made += result.rows[0]?.n ?? 0;
  }
  return made;
}

/** To one channel, whatever it wants to hear of. */
export async function recordTest(
  db: DomainDb,
  event: NewEvent,
  channelId: number,
): Promise<{ deliveryId: number; eventId: string }> {
  const made = await db
    .insertInto('notification_event')
    .values({
      organization_id: event.organizationId,
      topic: event.topic,
      key: event.key,
      project_id: event.projectId ?? null,
      title: event.title,
      text: event.text,
      data: JSON.stringify(event.data),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const delivery = await db
    .insertInto('notification_delivery')
    .values({ event_id: made.id, channel_id: channelId, delivered_at: null })
    .returning('id')
    .executeTakeFirstOrThrow();
  return { deliveryId: delivery.id, eventId: made.id };
}

export interface DueDelivery {
  readonly delivery: DeliveryRow;
  readonly event: EventRow;
  readonly channel: ChannelRow;
}

/** Deliveries whose time has come are the caller's for so long; what he doesn't settle by then is sent again. */
export async function claimDeliveries(
  db: DomainDb,
  limit: number,
  leaseSeconds: number,
): Promise<readonly DueDelivery[]> {
  const claimed = await sql<DeliveryRow>`
    update notification_delivery set attempts = attempts + 1,
           next_attempt_at = clock_timestamp() + make_interval(secs => ${leaseSeconds})
     where id in (
       select d.id from notification_delivery d join notification_channel c on c.id = d.channel_id
        where d.status = 'waiting' and d.next_attempt_at <= clock_timestamp() and c.enabled and c.removed_at is null
        order by d.next_attempt_at, d.id limit ${limit} for update of d skip locked)
    returning *`.execute(db);
  if (claimed.rows.length === 0) return [];
  const events = await db
    .selectFrom('notification_event')
    .selectAll()
    .where(
      'id',
      'in',
      claimed.rows.map((row) => row.event_id),
    )
    .execute();
  const channels = await db
    .selectFrom('notification_channel')
    .selectAll()
    .where(
      'id',
      'in',
      claimed.rows.map((row) => row.channel_id),
    )
    .execute();
  return claimed.rows
    .toSorted((a, b) => a.id - b.id)
    .flatMap((delivery) => {
      const event = events.find((one) => one.id === delivery.event_id);
      const channel = channels.find((one) => one.id === delivery.channel_id);
      return event === undefined || channel === undefined ? [] : [{ delivery, event, channel }];
    });
}

/** Writes an attempt down. A success counts whoever made it; a failure only for who has the delivery still. */
export async function settleAttempt(
  db: DomainDb,
  delivery: DeliveryRow,
  attempt: { readonly ok: boolean; readonly words: string; readonly retryAfterSeconds: number | undefined },
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await sql`
      insert into notification_attempt (delivery_id, number, ok, words)
      values (${delivery.id}, ${delivery.attempts}, ${attempt.ok}, ${attempt.words})
      on conflict do nothing`.execute(trx);
    if (attempt.ok)
      await sql`
        update notification_delivery set status = 'delivered', delivered_at = coalesce(delivered_at, clock_timestamp())
         where id = ${delivery.id}`.execute(trx);
    else if (attempt.retryAfterSeconds === undefined)
      await sql`
        update notification_delivery set status = 'failed'
         where id = ${delivery.id} and status = 'waiting' and attempts = ${delivery.attempts}`.execute(trx);
    else
      await sql`
        update notification_delivery
           set next_attempt_at = clock_timestamp() + make_interval(secs => ${attempt.retryAfterSeconds})
         where id = ${delivery.id} and status = 'waiting' and attempts = ${delivery.attempts}`.execute(trx);
  });
}

export interface ListedDelivery {
  readonly id: number;
  readonly status: DeliveryRow['status'];
  readonly attempts: number;
  readonly next_attempt_at: Date;
  readonly created_at: Date;
  readonly delivered_at: Date | null;
  readonly channel_id: number;
  readonly channel_name: string;
  readonly channel_kind: ChannelRow['kind'];
  readonly event_id: string;
  readonly topic: string;
  readonly project_id: number | null;
  readonly title: string;
  readonly text: string;
  readonly at: Date;
  readonly tries: readonly {
    readonly number: number;
    readonly at: string;
    readonly ok: boolean;
    readonly words: string;
  }[];
}

/** Newest first. */
export async function deliveriesOf(
  db: DomainDb,
  organizationId: number,
  options: {
    id?: number | undefined;
    channelId?: number | undefined;
    before?: number | undefined;
    limit: number;
  },
): Promise<readonly ListedDelivery[]> {
  const result = await sql<ListedDelivery>`
    select d.id, d.status, d.attempts, d.next_attempt_at, d.created_at, d.delivered_at, d.channel_id,
           c.name as channel_name, c.kind as channel_kind, e.id as event_id, e.topic, e.project_id, e.title, e.text, e.at,
           coalesce((select jsonb_agg(jsonb_build_object('number', a.number, 'at', a.at, 'ok', a.ok, 'words', a.words)
                                      order by a.number)
                       from notification_attempt a where a.delivery_id = d.id), '[]') as tries
      from notification_delivery d
      join notification_channel c on c.id = d.channel_id
      join notification_event e on e.id = d.event_id
     where c.organization_id = ${organizationId}
       and (${options.id ?? null}::bigint is null or d.id = ${options.id ?? null})
       and (${options.channelId ?? null}::bigint is null or d.channel_id = ${options.channelId ?? null})
       and (${options.before ?? null}::bigint is null or d.id < ${options.before ?? null})
     order by d.id desc limit ${options.limit}`.execute(db);
  return result.rows;
}

/** Once more, now. */
export async function requeueDelivery(db: DomainDb, id: number): Promise<void> {
  await db
    .updateTable('notification_delivery')
    .set({ status: 'waiting', next_attempt_at: sql<Date>`clock_timestamp()` })
    .where('id', '=', id)
    .where('status', '<>', 'delivered')
    .execute();
}
