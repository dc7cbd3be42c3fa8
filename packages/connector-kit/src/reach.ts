import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { SternaError } from '@sterna/core';

/**
 * Where connectors of this process may connect to. A property of the process, not of a session: `serve` reaches out for
 * others than the one who started it, `copy` doesn't.
 *
 * @param host as the user wrote it, lower-case, without brackets
 * @param addresses all that it leads to
 */
export type Reach = (host: string, addresses: readonly string[]) => boolean;

let reach: Reach | undefined;

/** @param limit undefined: anywhere, as it is until this is called */
export function limitReach(limit: Reach | undefined): void {
  reach = limit;
}

const bare = (host: string): string =>
  host
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
    .toLowerCase();

function addressRefused(host: string): SternaError {
  return new SternaError(
    'config',
    'address-private',
    `${host} is in a private network, which this server may not reach into.`,
    {
      field: 'host',
      fix: 'Whoever runs the server can allow it: add the host or its network to STERNA_PRIVATE_HOSTS and start it again.',
    },
  );
}

/** Addresses are never looked up, so they are checked before. @throws SternaError config `address-private` */
export function checkReach(host: string): void {
  const given = bare(host);
  if (reach !== undefined && isIP(given) !== 0 && !reach(given, [given])) throw addressRefused(given);
}

/**
 * For `net.connect` and all that is built on it. The addresses that are checked are those that are connected to: a name
 * that leads elsewhere a moment later gains nothing.
 */
export const lookupWithinReach: LookupFunction = (hostname, options, callback) => {
  const limit = reach;
  if (limit === undefined) {
    lookup(hostname, options as never, callback as never);
    return;
  }
  lookup(hostname, { ...options, all: true }, (error, found) => {
    if (error !== null) return callback(error, '', 0);
    const addresses = found.map(({ address }) => address);
    const [first] = found;
    if (first === undefined || !limit(bare(hostname), addresses))
      return callback(addressRefused(bare(hostname)), '', 0);
    if (options.all === true) return callback(null, found);
    callback(null, first.address, first.family);
  });
};
