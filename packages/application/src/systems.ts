import type { CheckLine, Connector, SystemConfig } from '@sterna/connector-kit';
import { type ContentKind, type ItemType, SternaError } from '@sterna/core';
import {
  deleteSystemRow,
  inOrganization,
  insertSystem,
  isSystemUsed,
  reserveIds,
  type StoredCredentials,
  type SystemRow,
  systemPurpose,
  systemsOf,
  unsealCredentials,
  updateSystemRow,
  violatedIndex,
} from '@sterna/store';
import { z } from 'zod';
import { found, nameTaken, readName, requireScope, requireSomewhere } from './access.ts';
import type { Actor, Context } from './context.ts';
import { reachSystem, readableSystemIds } from './reach.ts';

interface SignInInput {
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly accessToken?: string | undefined;
}

/** As a person gives them; sealed at rest, never given back. */
export interface CredentialsInput extends SignInInput {
  /** Where a mailbox is several servers: what is another for one of them, by its key. */
  readonly parts?: Readonly<Record<string, PartInput>> | undefined;
}

type PartInput = SignInInput & { readonly address?: string | undefined };

export interface SystemView {
  readonly id: number;
  readonly name: string;
  readonly connector: string;
  readonly settings: unknown;
  /** Which credentials are stored, never what they are. */
  readonly credentials: {
    readonly user: boolean;
    readonly password: boolean;
    readonly accessToken: boolean;
    /** Servers with a sign-in of their own; absent: none. */
    readonly parts?: readonly string[];
  };
  readonly createdAt: Date;
}

export interface ConnectorView {
  readonly name: string;
  readonly title: string;
  readonly kinds: readonly ContentKind[];
  readonly itemTypes: readonly ItemType[];
  readonly canRead: boolean;
  readonly canWrite: boolean;
  /** Keys of its servers, where a mailbox is several. */
  readonly parts?: readonly string[];
  /** JSON Schema of the system settings. */
  readonly settingsSchema: unknown;
}

export async function listConnectors(context: Context, actor: Actor): Promise<readonly ConnectorView[]> {
  requireSomewhere(actor, 'read');
  return [...context.connectors.values()].map((connector) => ({
    name: connector.name,
    title: connector.title,
    kinds: connector.kinds,
    itemTypes: connector.itemTypes,
    canRead: connector.canRead,
    canWrite: connector.canWrite,
    ...(connector.parts === undefined ? {} : { parts: connector.parts }),
    settingsSchema: z.toJSONSchema(connector.settings, { io: 'input', unrepresentable: 'any' }),
  }));
}

/** @throws SternaError config `connector-unknown` */
export function connectorOf(context: Context, name: string): Connector {
  const connector = context.connectors.get(name);
  if (connector !== undefined) return connector;
  throw new SternaError('config', 'connector-unknown', `There is no connector ${name.slice(0, 100)}.`, {
    field: 'connector',
    fix: `Choose one of ${[...context.connectors.keys()].join(', ')}.`,
  });
}

function readSettings(connector: Connector, settings: unknown): unknown {
  const parsed = connector.settings.safeParse(settings ?? {});
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = ['settings', ...(issue?.path ?? [])].join('.');
  throw new SternaError('config', 'system-settings-invalid', `${field}: ${issue?.message ?? 'invalid'}`, {
    field,
    fix: 'Correct this setting of the system.',
  });
}

/**
 * Undefined where nothing is given.
 *
 * @param field What the person calls them, for errors
 * @throws SternaError config `part-unknown` where they name a server that mailboxes of this connector don't have
 */
export function readCredentials(
  connector: Connector,
  input: CredentialsInput | undefined,
  field = 'credentials',
): StoredCredentials | undefined {
  if (input === undefined) return undefined;
  const parts: Record<string, NonNullable<StoredCredentials['parts']>[string]> = {};
  for (const [key, given] of Object.entries(input.parts ?? {})) {
    const part = { ...signInOf(given), ...(given.address?.trim() ? { address: given.address.trim() } : {}) };
    if (Object.keys(part).length === 0) continue;
    if (connector.parts?.includes(key) !== true)
      throw new SternaError(
        'config',
        'part-unknown',
        `${connector.title} has no server ${key.slice(0, 50)} of its own.`,
        {
          field: `${field}.parts.${key.slice(0, 50)}`,
          fix:
            connector.parts === undefined
              ? 'Leave it out: one sign-in is all that such a mailbox has.'
              : `It has: ${connector.parts.join(', ')}.`,
        },
      );
    parts[key] = part;
  }
  const credentials = { ...signInOf(input), ...(Object.keys(parts).length === 0 ? {} : { parts }) };
  return Object.keys(credentials).length === 0 ? undefined : credentials;
}

const signInOf = ({ user, password, accessToken }: SignInInput): SignIn => ({
  ...(user ? { user } : {}),
  ...(password ? { password } : {}),
  ...(accessToken ? { accessToken } : {}),
});
type SignIn = Omit<StoredCredentials, 'parts'>;

/** Settings and credentials ready for a connector. @throws SternaError config where the sealed ones don't open */
export function systemConfig(context: Context, system: SystemRow): SystemConfig {
  return {
    settings: connectorOf(context, system.connector).settings.parse(system.settings),
    credentials: unsealCredentials(context.secrets, systemPurpose(system.id), system.sealed_credentials) ?? {},
  };
}

function storedCredentials(context: Context, row: SystemRow): StoredCredentials | undefined {
  try {
    return unsealCredentials(context.secrets, systemPurpose(row.id), row.sealed_credentials);
  } catch {
    // Sealed with another key: they count as not there, and `check` says why.
    return undefined;
  }
}

/** What is stored after a change of a sign-in, of those of single servers, or of both. */
function changedCredentials(
  connector: Connector,
  stored: StoredCredentials | undefined,
  credentials: CredentialsInput | undefined,
  changes: Readonly<Record<string, PartInput | null>>,
): StoredCredentials | undefined {
  const { parts: before = {}, ...signIn } = stored ?? {};
  const whole =
    credentials === undefined ? { signIn, parts: {} } : { signIn: signInOf(credentials), parts: credentials.parts };
  const given = Object.fromEntries(Object.entries(changes).filter(([, part]) => part !== null)) as Record<
    string,
    PartInput
  >;
  const set = readCredentials(connector, { parts: { ...whole.parts, ...given } })?.parts ?? {};
  const kept = Object.fromEntries(Object.entries(before).filter(([key]) => !(key in changes)));
  const parts = { ...kept, ...set };
  const after = { ...whole.signIn, ...(Object.keys(parts).length === 0 ? {} : { parts }) };
  return Object.keys(after).length === 0 ? undefined : after;
}

function systemView(context: Context, row: SystemRow): SystemView {
  const stored = storedCredentials(context, row);
  return {
    id: row.id,
    name: row.name,
    connector: row.connector,
    settings: row.settings,
    credentials: {
      user: stored?.user !== undefined,
      password: stored?.password !== undefined,
      accessToken: stored?.accessToken !== undefined,
      ...(stored?.parts === undefined ? {} : { parts: Object.keys(stored.parts) }),
    },
    createdAt: row.created_at,
  };
}

/** @throws SternaError config `connector-unknown` | `system-settings-invalid` | `name-taken` */
export async function createSystem(
  context: Context,
  actor: Actor,
  input: { name: string; connector: string; settings: unknown; credentials?: CredentialsInput | undefined },
): Promise<SystemView> {
  requireScope(actor, 'admin');
  const name = readName(input.name);
  const connector = connectorOf(context, input.connector);
  const settings = readSettings(connector, input.settings);
  const credentials = readCredentials(connector, input.credentials);
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const [id] = await reserveIds(tx.db, 'system', 1);
    if (id === undefined) throw new SternaError('bug', 'internal', 'No id was reserved.');
    const row = await insertSystem(tx.db, {
      id,
      organizationId: actor.organizationId,
      name,
      connector: input.connector,
      settings,
      sealedCredentials: credentials === undefined ? null : context.secrets.sealJson(systemPurpose(id), credentials),
      internal: false,
    }).catch((error: unknown) => {
      if (violatedIndex(error) !== undefined) throw nameTaken('a system', name);
      throw error;
    });
    tx.audit('system.create', `system/${id}`, { name, connector: input.connector });
    return systemView(context, row);
  });
}

/**
 * Absent members stay; `credentials: {}` removes them. With `credentialParts` servers keep their own sign-ins but for those
 * that it names: null removes one.
 */
export async function updateSystem(
  context: Context,
  actor: Actor,
  input: {
    systemId: number;
    name?: string | undefined;
    settings?: unknown;
    credentials?: CredentialsInput | undefined;
    credentialParts?: Readonly<Record<string, PartInput | null>> | undefined;
  },
): Promise<SystemView> {
  requireScope(actor, 'admin');
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const before = await reachSystem(tx.db, actor, 'admin', input.systemId);
    const name = input.name === undefined ? before.name : readName(input.name);
    const connector = connectorOf(context, before.connector);
    const settings = input.settings === undefined ? before.settings : readSettings(connector, input.settings);
    const isChanged = input.credentials !== undefined || Object.keys(input.credentialParts ?? {}).length > 0;
    const credentials =
      input.credentialParts === undefined
        ? readCredentials(connector, input.credentials)
        : changedCredentials(connector, storedCredentials(context, before), input.credentials, input.credentialParts);
    const row = await updateSystemRow(tx.db, actor.organizationId, before.id, {
      name,
      settings: JSON.stringify(settings),
      ...(isChanged
        ? {
            sealed_credentials:
              credentials === undefined ? null : context.secrets.sealJson(systemPurpose(before.id), credentials),
          }
        : {}),
    }).catch((error: unknown) => {
      if (violatedIndex(error) !== undefined) throw nameTaken('a system', name);
      throw error;
    });
    tx.audit('system.update', `system/${before.id}`, {
      name,
      settingsChanged: input.settings !== undefined,
      credentialsChanged: isChanged,
    });
    return systemView(context, found(row, 'system', before.id));
  });
}

export async function getSystem(context: Context, actor: Actor, input: { systemId: number }): Promise<SystemView> {
  requireSomewhere(actor, 'read');
  return systemView(context, await reachSystem(context.db, actor, 'read', input.systemId));
}

export async function listSystems(context: Context, actor: Actor): Promise<readonly SystemView[]> {
  requireSomewhere(actor, 'read');
  const readable = await readableSystemIds(context.db, actor);
  return (await systemsOf(context.db, actor.organizationId))
    .filter((row) => readable?.has(row.id) ?? true)
    .map((row) => systemView(context, row));
}

/** @throws SternaError config `system-in-use` */
export async function deleteSystem(context: Context, actor: Actor, input: { systemId: number }): Promise<void> {
  requireScope(actor, 'admin');
  await inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const row = await reachSystem(tx.db, actor, 'admin', input.systemId);
    if (await isSystemUsed(tx.db, row.id))
      throw new SternaError('config', 'system-in-use', `A project or an entry uses the system ${row.name}.`, {
        fix: 'Keep it: the books of what was migrated refer to it.',
      });
    await deleteSystemRow(tx.db, actor.organizationId, row.id);
    tx.audit('system.delete', `system/${row.id}`, { name: row.name });
  });
}

export interface SystemCheck {
  readonly ok: boolean;
  readonly lines: readonly CheckLine[];
}

/**
 * Reachability, rights, capabilities, with their evidence; `address` signs in for real, with `credentials` instead of
 * the system's where they are given. Those are not stored.
 */
export async function checkSystem(
  context: Context,
  actor: Actor,
  input: {
    systemId: number;
    address?: string | undefined;
    credentials?: CredentialsInput | undefined;
    signal?: AbortSignal | undefined;
  },
): Promise<SystemCheck> {
  requireSomewhere(actor, 'operate');
  const row = await reachSystem(context.db, actor, 'operate', input.systemId);
  const connector = connectorOf(context, row.connector);
  const config = systemConfig(context, row);
  const credentials = readCredentials(connector, input.credentials) ?? config.credentials;
  const lines = await connector.check({ ...config, credentials }, input.address, input.signal);
  return { ok: lines.every((line) => line.ok), lines };
}
