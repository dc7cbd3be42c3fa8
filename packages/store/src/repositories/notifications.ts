import { RULE_BOUNDS } from '@sterna/core';
import { type Selectable, sql, type Updateable } from 'kysely';
import type { Domain } from '../schema.ts';
import type { DomainDb } from './domain-database.ts';

export type ChannelRow = Selectable<Domain['notification_channel']>;

/** What a channel's sealed secret is bound to: see `Secrets.seal`. */
export const channelPurpose = (channelId: number): string => `notification-channel:${channelId}`;

export async function insertChannel(
  db: DomainDb,
  channel: {
    /** From `reserveIds`. */
    id: number;
    organizationId: number;
    name: string;
    kind: ChannelRow['kind'];
    settings: unknown;
    sealedSecret: Buffer | null;
    topics: readonly string[];
    createdBy: string;
  },
): Promise<ChannelRow> {
  return db
    .insertInto('notification_channel')
    .values({
      id: channel.id,
      organization_id: channel.organizationId,
      name: channel.name,
      kind: channel.kind,
      settings: JSON.stringify(channel.settings),
      sealed_secret: channel.sealedSecret,
      topics: [...channel.topics],
      created_by: channel.createdBy,
      removed_at: null,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

export const channelsOf = (db: DomainDb, organizationId: number): Promise<readonly ChannelRow[]> =>
  db
    .selectFrom('notification_channel')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('removed_at', 'is', null)
    .orderBy('name')
    .execute();

/** Of this organization, unless it was removed. */
export const channelById = (db: DomainDb, organizationId: number, id: number): Promise<ChannelRow | undefined> =>
  db
    .selectFrom('notification_channel')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .where('removed_at', 'is', null)
    .executeTakeFirst();

/** What was to be sent by a channel that is off or gone is given up: nobody wants old news when it comes back. */
export async function updateChannelRow(
  db: DomainDb,
  id: number,
  change: Updateable<Domain['notification_channel']>,
): Promise<ChannelRow> {
  const row = await db
    .updateTable('notification_channel')
    .set(change)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
  if (!row.enabled || row.removed_at !== null)
    await db
      .updateTable('notification_delivery')
      .set({ status: 'failed' })
      .where('channel_id', '=', id)
      .where('status', '=', 'waiting')
      .execute();
  return row;
}

export interface NotificationRules {
  readonly failureShare: number;
  readonly throttledMinutes: number;
  readonly licenseLow: number;
}

export async function rulesOf(db: DomainDb, organizationId: number): Promise<NotificationRules> {
  const row = await db
    .selectFrom('notification_rule')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .executeTakeFirst();
  return {
    failureShare: row?.failure_share ?? RULE_BOUNDS.failureShare.usual,
    throttledMinutes: row?.throttled_minutes ?? RULE_BOUNDS.throttledMinutes.usual,
    licenseLow: row?.license_low ?? RULE_BOUNDS.licenseLow.usual,
  };
}

export async function writeRules(db: DomainDb, organizationId: number, rules: NotificationRules): Promise<void> {
  await sql`
    insert into notification_rule (organization_id, failure_share, throttled_minutes, license_low)
    values (${organizationId}, ${rules.failureShare}, ${rules.throttledMinutes}, ${rules.licenseLow})
    on conflict (organization_id) do update set failure_share = excluded.failure_share,
      throttled_minutes = excluded.throttled_minutes, license_low = excluded.license_low`.execute(db);
}
