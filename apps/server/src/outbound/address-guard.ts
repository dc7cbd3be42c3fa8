import { lookup } from 'node:dns/promises';
import { BlockList, isIP, isIPv4 } from 'node:net';

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

/**
 * @param options.allowPrivate the server listens on loopback only
 * @param options.allowedHosts names (or addresses) that whoever runs the installation lets through: STERNA_PRIVATE_HOSTS
 */
export function addressGuard(options: {
  readonly allowPrivate: boolean;
  readonly allowedHosts?: readonly string[];
  /** For tests. */
  readonly resolveAll?: (host: string) => Promise<readonly string[]>;
}): AddressGuard {
  const allowed = new Set((options.allowedHosts ?? []).map((host) => host.trim().toLowerCase()));
  const resolveAll =
    options.resolveAll ?? (async (host: string) => (await lookup(host, { all: true })).map((one) => one.address));
  return {
    async resolve(given) {
      const host = given.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
      const addresses = isIP(host) === 0 ? await resolveAll(host) : [host];
      const mayBePrivate = options.allowPrivate || allowed.has(host.toLowerCase());
      const address = addresses[0];
      // All of them: a name that leads to both is made to deceive.
      if (address === undefined || !(mayBePrivate || addresses.every(isPublicAddress)))
        throw new AddressRefused(
          `${host} is in a private network, which this server doesn’t reach into for its users.`,
        );
      return { address, family: isIPv4(address) ? 4 : 6 };
    },
  };
}

export const allowedHostsOf = (text: string | undefined): readonly string[] =>
  (text ?? '').split(',').filter((host) => host.trim() !== '');
