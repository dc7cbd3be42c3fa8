import { Budget } from '@sterna/cloud-http';
import type { OpenRequest } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import type { GoogleClient } from '../api/client.ts';
import type { Connection, ScopeSets } from '../connect.ts';
import { DIRECTORY_SCOPES } from '../directory-scopes.ts';
import type { GoogleSettings } from '../settings.ts';
import { CHAT_SCOPES } from './chat.ts';
import { People } from './people.ts';

/** What the spaces of an entry are read and written with. */
export interface ChatContext {
  /** `spaces/ID`, or what they are called. */
  readonly address: string;
  /** The administrator, lower-case. */
  readonly admin: string;
  /** As the administrator. */
  readonly client: GoogleClient;
  /** Somebody who is in a space, for reading what is said there. */
  asMember(address: string): GoogleClient;
  /** Whoever said something, for importing it. */
  asAuthor(address: string): GoogleClient;
  readonly people: People;
  readonly settings: GoogleSettings;
  readonly role: OpenRequest['role'];
  /** 8 hex digits: which spaces are ours to make. */
  readonly installation: string;
  /** Writes into one space. */
  lane(space: string): Budget;
}

const MINUTE = 60_000;

/** @throws SternaError config `admin-missing` | `bad-address` */
export function chatContextOf(
  connection: Connection,
  { address, role, installation }: Pick<OpenRequest, 'address' | 'role' | 'installation'>,
): ChatContext {
  const { settings } = connection;
  const admin = settings.admin?.toLowerCase();
  if (admin === undefined)
    throw new SternaError('config', 'admin-missing', 'Nobody is named who may look for spaces.', {
      field: 'admin',
      fix: 'Give an administrator’s address in the settings of the system.',
    });
  const called = address.trim();
  if (called === '' || called.length > 128)
    throw new SternaError('config', 'bad-address', `“${address.slice(0, 140)}” is no space.`, {
      field: 'address',
      fix: 'Write spaces/ID, or what the space is called, in at most 128 characters.',
    });
  const clients = new Map<string, GoogleClient>();
  const as = (who: string, ...scopes: ScopeSets): GoogleClient => {
    const key = JSON.stringify([who, scopes]);
    const known = clients.get(key) ?? connection.client('chat', who.toLowerCase(), scopes);
    clients.set(key, known);
    return known;
  };
  const { read, write } = CHAT_SCOPES.admin;
  // Who delegated what writing takes needn't delegate what reading takes as well.
  const client = role === 'write' ? as(admin, write) : as(admin, read, write);
  const lanes = new Map<string, Budget>();
  return {
    address: called,
    admin,
    client,
    asMember: (who) => as(who, CHAT_SCOPES.member),
    asAuthor: (who) => as(who, CHAT_SCOPES.author),
    people: new People(connection.client('directory', admin, [DIRECTORY_SCOPES])),
    settings,
    role,
    installation,
    lane(space) {
      const limit = settings.spaceWritesPerMinute;
      const lane =
        lanes.get(space) ?? new Budget({ width: 1, windows: [{ of: 'requests', limit, ms: MINUTE }] }, client.clock);
      lanes.set(space, lane);
      return lane;
    },
  };
}
