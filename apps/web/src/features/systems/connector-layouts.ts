import type { Schema } from '../../api/client.ts';
import { isObject } from '../../forms/json-schema.ts';

export type Connector = Schema<'Connector'>;
export type System = Schema<'System'>;
type Settings = Readonly<Record<string, unknown>>;

/**
 * How Sterna gets into the mailboxes: one question for people, settings and credentials for the connector. `entry`: each
 * with its own password; `master`, `authzid`, `account`: somebody who may open all; `shared`: one password for all.
 */
export type Way = 'entry' | 'master' | 'authzid' | 'account' | 'shared';

/** Which settings of a connector stand where. A connector without one of these gets a plain form of its schema. */
export interface Layout {
  /** First, in this order; the others are behind "More settings". */
  readonly first: readonly string[];
  /** Left to the question for the way in. */
  readonly elsewhere: readonly string[];
  /** The answers to choose from; none: it needs no sign-in, absent: a plain form of the credentials. */
  readonly ways?: readonly Way[];
  /** Of a connector made of several: its settings are theirs, by key. */
  readonly parts?: Readonly<Record<string, string>>;
  /** Settings that would only confuse with what is chosen now. */
  readonly isHidden?: (name: string, settings: Settings) => boolean;
  /** Where it is, in a few words. */
  readonly place: (settings: Settings) => string;
}

const dav: Layout = {
  first: ['url'],
  elsewhere: [],
  ways: ['entry', 'account', 'shared'],
  place: ({ url }) => String(url),
};

const LAYOUTS: Readonly<Record<string, Layout>> = {
  imap: {
    first: ['host', 'tls', 'insecure', 'port'],
    elsewhere: ['masterUser', 'masterSeparator', 'authzid'],
    ways: ['entry', 'master', 'authzid', 'shared'],
    isHidden: (name, { tls }) => name === 'insecure' && tls !== 'none' && tls !== 'starttls',
    place: ({ host, port, tls }) => `${host}:${port ?? (tls === 'implicit' ? 993 : 143)}`,
  },
  caldav: dav,
  carddav: dav,
  standards: {
    first: [],
    elsewhere: [],
    // One sign-in serves all three servers, so a master user of one of them can't be it.
    ways: ['entry', 'shared'],
    parts: { imap: 'imap', caldav: 'caldav', carddav: 'carddav' },
    place: (settings) => placesOf(settings).join(', '),
  },
  archive: { first: ['format', 'path'], elsewhere: [], ways: [], place: ({ path }) => String(path) },
  files: { first: ['path'], elsewhere: [], ways: [], place: ({ path }) => String(path) },
  webdav: dav,
  s3: {
    first: ['endpoint', 'bucket', 'prefix', 'region'],
    elsewhere: [],
    ways: ['account'],
    place: ({ endpoint, bucket, prefix }) => [endpoint, bucket, prefix].filter(Boolean).join('/'),
  },
};

function placesOf(settings: Settings): string[] {
  const places = Object.entries(settings).map(([key, part]) => (isObject(part) ? layoutOf(key).place(part) : ''));
  return [...new Set(places.filter((place) => place !== ''))];
}

export function layoutOf(connector: string, required: readonly string[] = []): Layout {
  return LAYOUTS[connector] ?? { first: required, elsewhere: [], place: () => '' };
}

const settingsOf = (system: System): Settings => (isObject(system.settings) ? system.settings : {});

export const placeOf = (system: System): string => layoutOf(system.connector).place(settingsOf(system));

/** What an existing system does. */
export function wayOf(system: System): Way {
  const { authzid, masterUser } = settingsOf(system);
  if (authzid === true) return 'authzid';
  if (masterUser !== undefined) return 'master';
  if (system.credentials.user) return 'account';
  return system.credentials.password || system.credentials.accessToken ? 'shared' : 'entry';
}

/** Whether a mailbox can't be opened without a password of its own. */
export const asksEachEntry = (system: System): boolean =>
  (layoutOf(system.connector).ways?.length ?? 0) > 0 && wayOf(system) === 'entry';
