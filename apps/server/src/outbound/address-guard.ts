import { lookup } from 'node:dns/promises';
import { BlockList, isIP, isIPv4 } from 'node:net';
import type { Reach } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';

/**
 * Keeps what users configure from reaching into the network that the server stands in (server-side request forgery).
 * Loopback, private, link-local and otherwise special addresses are refused; a server that listens on loopback only is
 * somebody's own machine, and reaches whatever that person reaches.
 */
export interface AddressGuard {
  /** Resolves once; who connects must use this very address. @throws AddressRefused; DNS errors */
  resolve(host: string): Promise<{ readonly address: string; readonly family: 4 | 6 }>;
}

export class AddressRefused extends Error {}

/** Two lists: an IPv4 address counts as mapped into IPv6 too. */
const SPECIAL_4 = new BlockList();
const SPECIAL_6 = new BlockList();
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  SPECIAL_4.addSubnet(net, prefix, 'ipv4');
for (const [net, prefix] of [
  // ::, ::1, and IPv4 in IPv6 clothes: compatible, mapped, translated, 6to4, Teredo.
  ['::', 96],
  ['::ffff:0:0', 96],
  ['::ffff:0:0:0', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const)
  SPECIAL_6.addSubnet(net, prefix, 'ipv6');

export const isPublicAddress = (address: string): boolean =>
  isIP(address) !== 0 && !(isIPv4(address) ? SPECIAL_4.check(address, 'ipv4') : SPECIAL_6.check(address, 'ipv6'));

/** What whoever runs the installation lets through although it is private. */
export interface AllowedPlaces {
  /** Names and addresses, lower-case. */
  readonly hosts: ReadonlySet<string>;
  readonly networks: BlockList;
}

/**
 * STERNA_PRIVATE_HOSTS: names, addresses and networks (`10.0.0.0/8`), separated by commas.
 *
 * @throws SternaError config `private-hosts-invalid`
 */
export function allowedPlacesOf(text: string | undefined): AllowedPlaces {
  const hosts = new Set<string>();
  const networks = new BlockList();
  for (const given of (text ?? '').split(',')) {
    const place = given.trim().toLowerCase();
    if (place === '') continue;
    const [net = '', prefix, ...more] = place.split('/');
    const family = isIP(net);
    if (prefix === undefined) hosts.add(place.replace(/^\[(.*)\]$/, '$1'));
    else if (
      family !== 0 &&
      more.length === 0 &&
      /^\d{1,3}$/.test(prefix) &&
      Number(prefix) <= (family === 4 ? 32 : 128)
    )
      networks.addSubnet(net, Number(prefix), family === 4 ? 'ipv4' : 'ipv6');
    else
      throw new SternaError(
        'config',
        'private-hosts-invalid',
        `STERNA_PRIVATE_HOSTS holds “${place}”, which is no network.`,
        {
          field: 'STERNA_PRIVATE_HOSTS',
          fix: 'Write networks like 10.0.0.0/8 or fd00::/8, and hosts by their name or address, separated by commas.',
        },
      );
  }
  return { hosts, networks };
}

/**
 * Public addresses, and what is allowed. All addresses of a name count: one that leads to both is made to deceive.
 *
 * @param allowed of `allowedPlacesOf`
 */
export const reachOf =
  ({ hosts, networks }: AllowedPlaces): Reach =>
  (host, addresses) =>
    hosts.has(host) ||
    addresses.every(
      (address) => isPublicAddress(address) || networks.check(address, isIPv4(address) ? 'ipv4' : 'ipv6'),
    );

/**
 * @param options.reach of `reachOf`; undefined where the server listens on loopback only
 */
export function addressGuard(options: {
  readonly reach: Reach | undefined;
  /** For tests. */
  readonly resolveAll?: (host: string) => Promise<readonly string[]>;
}): AddressGuard {
  const resolveAll =
    options.resolveAll ?? (async (host: string) => (await lookup(host, { all: true })).map((one) => one.address));
  return {
    async resolve(given) {
      const host = given.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
      const addresses = isIP(host) === 0 ? await resolveAll(host) : [host];
      const address = addresses[0];
      if (address === undefined || options.reach?.(host.toLowerCase(), addresses) === false)
        throw new AddressRefused(
          `${host} is in a private network, which this server doesn’t reach into for its users.`,
        );
      return { address, family: isIPv4(address) ? 4 : 6 };
    },
  };
}
