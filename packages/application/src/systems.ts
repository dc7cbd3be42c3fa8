import type { CheckLine } from '@sterna/connector-kit';
import type { ContentKind, ItemType } from '@sterna/core';
import type { Actor, Context } from './context.ts';
import { notImplemented } from './not-implemented.ts';

/** As a person gives them; sealed at rest, never given back. */
export interface CredentialsInput {
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly accessToken?: string | undefined;
}

export interface SystemView {
  readonly id: number;
  readonly name: string;
  readonly connector: string;
  readonly settings: unknown;
  /** Which credentials are stored, never what they are. */
  readonly credentials: { readonly user: boolean; readonly password: boolean; readonly accessToken: boolean };
  readonly createdAt: Date;
}

export interface ConnectorView {
  readonly name: string;
  readonly title: string;
  readonly kinds: readonly ContentKind[];
  readonly itemTypes: readonly ItemType[];
  readonly canRead: boolean;
  readonly canWrite: boolean;
  /** JSON Schema of the system settings. */
  readonly settingsSchema: unknown;
}

export async function listConnectors(_context: Context, _actor: Actor): Promise<readonly ConnectorView[]> {
  return notImplemented('listConnectors');
}

/** @throws SternaError config `connector-unknown` | `system-settings-invalid` | `name-taken` */
export async function createSystem(
  _context: Context,
  _actor: Actor,
  _input: { name: string; connector: string; settings: unknown; credentials?: CredentialsInput | undefined },
): Promise<SystemView> {
  return notImplemented('createSystem');
}

/** Absent members stay; `credentials: {}` removes them. */
export async function updateSystem(
  _context: Context,
  _actor: Actor,
  _input: {
    systemId: number;
    name?: string | undefined;
    settings?: unknown;
    credentials?: CredentialsInput | undefined;
  },
): Promise<SystemView> {
  return notImplemented('updateSystem');
}

export async function getSystem(_context: Context, _actor: Actor, _input: { systemId: number }): Promise<SystemView> {
  return notImplemented('getSystem');
}

export async function listSystems(_context: Context, _actor: Actor): Promise<readonly SystemView[]> {
  return notImplemented('listSystems');
}

/** @throws SternaError config `system-in-use` */
export async function deleteSystem(_context: Context, _actor: Actor, _input: { systemId: number }): Promise<void> {
  return notImplemented('deleteSystem');
}

export interface SystemCheck {
  readonly ok: boolean;
  readonly lines: readonly CheckLine[];
}

/** Reachability, rights, capabilities, with their evidence; `address` signs in for real. */
export async function checkSystem(
  _context: Context,
  _actor: Actor,
  _input: { systemId: number; address?: string | undefined; signal?: AbortSignal | undefined },
): Promise<SystemCheck> {
  return notImplemented('checkSystem');
}
