import { sql } from 'kysely';
import type { Notification, Pool, PoolClient } from 'pg';
import type { DomainDb } from './domain-database.ts';
import { RecentEvents } from './recent-events.ts';

/** Channel of live events; payloads are small JSON. */
export const EVENT_CHANNEL = 'sterna_event';

export interface RawEvent {
  readonly type: string;
  readonly entryId?: number;
  readonly passId?: number;
  readonly projectId?: number;
  readonly organizationId?: number;
  /** Figures that a listener can show without asking; small. */
  readonly data?: Readonly<Record<string, unknown>>;
}

export interface EventListener {
  /**
   * @param recentMs what was told in the last so many milliseconds is told first, at once: `{ type: 'lost' }` instead
   *   where that isn't known any more
   * @returns ends the subscription
   */
  subscribe(listener: (event: RawEvent) => void, recentMs?: number): () => void;
  close(): Promise<void>;
}

/** For what happens outside of an `inOrganization` transaction. */
export async function announce(db: DomainDb, events: readonly RawEvent[]): Promise<void> {
  if (events.length === 0) return;
  const texts = events.map((event) => JSON.stringify(event));
  await sql`select pg_notify(${EVENT_CHANNEL}, e) from unnest(${texts}::text[]) e`.execute(db);
}

/** Longest wait between attempts to get the connection back. */
const MAX_BACKOFF_MS = 5_000;

/**
 * One LISTEN connection of a process, shared by all its subscribers. When it breaks it is made anew, and subscribers
 * get `{ type: 'lost' }`: what was said meanwhile is gone, so they read the state again.
 */
export async function listenForEvents(pool: Pool): Promise<EventListener> {
  const listeners = new Set<(event: RawEvent) => void>();
  let client: PoolClient | undefined;
  let isClosed = false;
  let retry: NodeJS.Timeout | undefined;

  const recent = new RecentEvents<RawEvent>();

  const tell = (event: RawEvent): void => {
    if (event.type === 'lost') recent.restart();
    else recent.add(event);
    for (const listener of listeners) listener(event);
  };
  const onNotification = (message: Notification): void => {
    if (message.channel !== EVENT_CHANNEL || message.payload === undefined) return;
    try {
      tell(JSON.parse(message.payload) as RawEvent);
    } catch {
      // Somebody else's notification on our channel.
    }
  };

  const connect = async (): Promise<void> => {
    const fresh = await pool.connect();
    try {
      fresh.on('notification', onNotification);
      fresh.once('error', onBroken);
      fresh.once('end', onBroken);
      await fresh.query(`listen ${EVENT_CHANNEL}`);
      client = fresh;
    } catch (error) {
      forget(fresh);
      fresh.release(true);
      throw error;
    }
  };
  const forget = (broken: PoolClient): void => {
    broken.off('notification', onNotification);
    broken.off('error', onBroken);
    broken.off('end', onBroken);
  };
  function onBroken(): void {
    const broken = client;
    if (broken === undefined || isClosed) return;
    client = undefined;
    forget(broken);
    broken.release(true);
    reconnect(100);
  }
  const reconnect = (wait: number): void => {
    retry = setTimeout(() => {
      connect().then(
        () => tell({ type: 'lost' }),
        () => {
          if (!isClosed) reconnect(Math.min(wait * 2, MAX_BACKOFF_MS));
        },
      );
    }, wait);
    retry.unref();
  };

  await connect();
  recent.restart();
  return {
    subscribe(listener, recentMs = 0) {
      if (recentMs > 0) for (const event of recent.last(recentMs) ?? [{ type: 'lost' }]) listener(event);
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    async close() {
      isClosed = true;
      clearTimeout(retry);
      const last = client;
      client = undefined;
      if (last === undefined) return;
      forget(last);
      // Not back into the pool: it still listens.
      last.release(true);
    },
  };
}
