import { costOf, type Google, type LoggedRequest, ROUTES } from '@sterna/simulator-google';
import type { Mailbox } from './books.ts';

const DOMAIN = 'nordwind.example';
const ALL_APIS = ['gmail', 'calendar', 'people', 'tasks', 'drive'];

/** @param isUnhurried the connector knows of no limits either */
export function mailboxOf({ baseUrl, keyFile }: Google, address: string, isUnhurried: boolean): Mailbox {
  const unitsPerMinute = Object.fromEntries(ALL_APIS.map((api) => [api, 1_000_000_000]));
  return {
    connector: 'google',
    settings: { baseUrl, tokenUrl: `${baseUrl}/token`, ...(isUnhurried ? { unitsPerMinute } : {}) },
    address,
    password: JSON.stringify(keyFile),
  };
}

/** Of somebody, by number. */
export const addressOf = (server: Google, person: number): string =>
  [...server.domain(DOMAIN).users.values()][person]?.primaryEmail ?? '';

/** A request as Google's quotas see it. */
export interface MeteredRequest {
  /** `gmail`, `calendar`, `people`, `tasks`, `drive`. */
  readonly api: string;
  readonly units: number;
}

const escaped = (text: string): string => text.replace(/[.*+?^$()|[\]\\]/g, '\\$&');
/** Fixed names before parameters, `{id}:verb` before `{id}`. */
const rank = (path: string): string => path.replace(/\{\w+\}(?=:)/g, '}').replace(/\{\w+\}/g, '~');

const METHODS = [...ROUTES]
  .sort((a, b) => (rank(a.path) < rank(b.path) ? -1 : 1))
  .map(({ id, method, path }) => ({
    id,
    method,
    pattern: new RegExp(`^${escaped(path).replace(/\{\w+\}/g, '[^/]+?')}$`),
  }));

/** Undefined for what no quota counts: tokens, and a batch, whose requests count each for itself. */
export function meteredRequest({ method, target }: LoggedRequest): MeteredRequest | undefined {
  const [path = '', query = ''] = target.split('?');
  if (/^\/(?:token|batch)(?:\/|$)/.test(path)) return undefined;
  const plain = path.replace(/^(?:\/resumable)?\/upload(?=\/)/, '');
  const isUploading = plain !== path;
  // What follows in an upload belongs to the request that began it.
  if (isUploading && /(?:^|&)upload_id=/.test(query)) return undefined;
  const found = METHODS.find((one) => one.method === method && one.pattern.test(plain));
  if (found === undefined) throw new Error(`nobody knows what ${method} ${path} costs`);
  const isMedia = !isUploading && /(?:^|&)alt=media(?:&|$)/.test(query);
  return { api: found.id.split('.')[0] ?? '', units: costOf(found.id, isMedia) };
}
