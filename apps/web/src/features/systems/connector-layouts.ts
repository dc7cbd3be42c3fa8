import type { Schema } from '../../api/client.ts';
import { isObject } from '../../forms/json-schema.ts';

export type Connector = Schema<'Connector'>;
export type System = Schema<'System'>;

/** How Sterna gets into the mailboxes of a mail server: one question for people, several settings for the connector. */
export const WAYS = ['entry', 'master', 'authzid', 'shared'] as const;
export type Way = (typeof WAYS)[number];

/** Which settings of a connector stand where. A connector without one of these gets a plain form of its schema. */
export interface Layout {
  /** First, in this order. */
  readonly first: readonly string[];
  /** Left to the question for the way in, or to nobody. */
  readonly elsewhere: readonly string[];
  readonly signIn: 'ways' | 'none' | 'plain';
  /** Settings that would only confuse with what is chosen now. */
  readonly isHidden?: (name: string, settings: Readonly<Record<string, unknown>>) => boolean;
  /** Where it is, in a few words. */
  readonly place: (settings: Readonly<Record<string, unknown>>) => string;
}

const LAYOUTS: Readonly<Record<string, Layout>> = {
  imap: {
    first: ['host', 'tls', 'insecure', 'port'],
    elsewhere: ['masterUser', 'masterSeparator', 'authzid'],
    signIn: 'ways',
    isHidden: (name, { tls }) => name === 'insecure' && tls !== 'none' && tls !== 'starttls',
    place: ({ host, port, tls }) => `${host}:${port ?? (tls === 'implicit' ? 993 : 143)}`,
  },
  archive: { first: ['format', 'path'], elsewhere: [], signIn: 'none', place: ({ path }) => String(path) },
};

export function layoutOf(connector: string, required: readonly string[] = []): Layout {
  return LAYOUTS[connector] ?? { first: required, elsewhere: [], signIn: 'plain', place: () => '' };
}

export const placeOf = (system: System): string =>
  layoutOf(system.connector).place(isObject(system.settings) ? system.settings : {});

/** What an existing system does. */
export function wayOf(system: System): Way {
  const settings = isObject(system.settings) ? system.settings : {};
  if (settings.authzid === true) return 'authzid';
  if (settings.masterUser !== undefined) return 'master';
  return system.credentials.password || system.credentials.accessToken ? 'shared' : 'entry';
}
