import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connector, Container, UnreadableKind } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import {
  type Database,
  domainDatabase,
  type EventListener,
  listenForEvents,
  migrate,
  openDatabase,
  openSecrets,
} from '@sterna/store';
import { prepareDatabase } from '@sterna/store/prepared';
import { z } from 'zod';
import {
  type Actor,
  actorOfSession,
  type Context,
  createProject,
  createSystem,
  type LicensingPolicy,
  type Session,
  setUp,
} from '../src/index.ts';

/** What the fake systems hold, by address. */
export interface FakeWorld {
  readonly folders: Map<string, Container[]>;
  /** Bytes of messages, by `address/folder/id`. */
  readonly messages: Map<string, Buffer>;
  /** What they give nobody, by address. */
  readonly unreadable: Map<string, UnreadableKind[]>;
  canList: boolean;
}

export interface Stage {
  readonly context: Context;
  readonly database: Database;
  readonly world: FakeWorld;
  readonly policy: { -readonly [K in keyof LicensingPolicy]: LicensingPolicy[K] };
  readonly owner: Actor;
  /** What came of three that set up the installation at the same instant. */
  readonly setUps: readonly PromiseSettledResult<Session>[];
  close(): Promise<void>;
}

/** A connector that only exists in memory: enough for what the application asks of one. */
function fakeConnector(name: string, world: FakeWorld): Connector {
  return {
    name,
    title: name,
    kinds: ['message'],
    itemTypes: ['mailbox'],
    canRead: true,
    canWrite: true,
    settings: z
      .strictObject({ host: z.string(), path: z.string().optional(), format: z.string().optional() })
      .partial({ host: true }),
    schemes: [name],
    parseUrl: () => {
      throw new Error('not asked');
    },
    check: async (system, address) => [
      {
        name: 'login',
        ok: system.credentials.password === 'right',
        evidence: `as ${address ?? system.credentials.user}`,
      },
    ],
    async *discover(_system, itemType) {
      if (!world.canList)
        throw new SternaError('config', 'cannot-list-users', 'This server can’t list its users.', {
          fix: 'Import a CSV.',
        });
      for (const address of world.folders.keys()) yield { itemType, address, objects: 1 };
    },
    open: async (request) => {
      const folders = world.folders.get(request.address);
      if (folders === undefined) throw new SternaError('auth', 'no-such-mailbox', `No mailbox ${request.address}.`);
      return {
        capabilities: {} as never,
        reader: {
          containers: async () => folders,
          async *read(folder: string, ids: readonly string[]) {
            for (const id of ids) {
              const body = world.messages.get(`${request.address}/${folder}/${id}`);
              if (body === undefined) yield { id, vanished: true };
              else yield { id, flags: ['\\Seen'], date: new Date(0), size: body.length, body };
            }
          },
        } as never,
        unreadable: world.unreadable.get(request.address) ?? [],
        identity: `${name}://${request.address}`,
        quota: async () => undefined,
        close: async () => {},
        destroy: () => {},
      };
    },
  };
}

/** A database of its own, an organization and its owner. */
export async function openStage(): Promise<Stage> {
  const dataDir = await mkdtemp(join(tmpdir(), 'sterna-application-'));
  // As root the embedded server runs as another user, who must get in.
  await chmod(dataDir, 0o755);
  await prepareDatabase(dataDir);
  const database = await openDatabase({ dataDir, maxConnections: 12 });
  await migrate(database.pool);
  const world: FakeWorld = { folders: new Map(), messages: new Map(), unreadable: new Map(), canList: true };
  const policy = { packsOnly: false, issuers: {} as Record<string, string> };
  const events: EventListener = await listenForEvents(database.pool);
  const secrets = await openSecrets({ dataDir });
  const context: Context = {
    db: domainDatabase(database.pool),
    secrets,
    signer: secrets.installation.signer,
    connectors: new Map(['imap', 'archive'].map((name) => [name, fakeConnector(name, world)])),
    events,
    licensing: policy,
    signIn: { passwords: true },
    dataDir,
    installation: randomBytes(4).toString('hex'),
  };
  // Three at once: one makes the organization, the others learn that it is there.
  const input = { organization: 'First', email: 'owner@first.example', password: 'correct horse' };
  const setUps = await Promise.allSettled([1, 2, 3].map(() => setUp(context, input)));
  const session = setUps.find((one) => one.status === 'fulfilled')?.value;
  if (session === undefined) throw new Error('nobody could set up');
  return {
    context,
    database,
    world,
    policy,
    setUps,
    owner: await actorOfSession(context, session.token),
    close: async () => {
      await events.close();
      await database.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

let count = 0;
/** Names that repeat nowhere, so that tests can share a database. */
export const unique = (name: string): string => {
  count += 1;
  return `${name}-${count}`;
};

/** A project between two systems of its own. */
export async function makeProject(stage: Stage, actor: Actor = stage.owner, settings = {}) {
  const source = await createSystem(stage.context, actor, {
    name: unique('source'),
    connector: 'imap',
    settings: { host: unique('old') },
    credentials: { user: 'master', password: 'right' },
  });
  const target = await createSystem(stage.context, actor, {
    name: unique('target'),
    connector: 'imap',
    settings: { host: unique('new') },
  });
  const project = await createProject(stage.context, actor, {
    name: unique('project'),
    sourceSystemId: source.id,
    targetSystemId: target.id,
    settings,
  });
  return { project, source, target };
}

/** Plays the engine: ends the live pass of an entry as a worker would. */
export async function endPass(
  stage: Stage,
  entryId: number,
  status: 'completed' | 'completed with failures' | 'failed' | 'stopped' = 'completed',
): Promise<void> {
  const { pool } = stage.database;
  const { rows } = await pool.query(
    `update pass set status = $2, ended_at = now(), active_seconds = 10,
            books = '{"seen":100,"created":100,"updated":0,"unchanged":0,"filtered":0,"skipped":0,"merged":0,"uncertain":0,"failed":0}'
      where entry_id = $1 and status in ('queued', 'running', 'pending') returning id, kind`,
    [entryId, status],
  );
  if (rows.length !== 1) throw new Error(`entry ${entryId} has no live pass`);
  if (rows[0].kind === 'initial' || rows[0].kind === 'delta')
    await pool.query('update entry set status = $2 where id = $1', [entryId, status]);
  await pool.query(`select pg_notify('sterna_event', $1)`, [
    JSON.stringify({ type: 'pass', entryId, passId: rows[0].id }),
  ]);
}

/** The code of the SternaError that a call is refused with. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (error instanceof SternaError) return error.code;
    throw error;
  }
  return 'not refused';
}
