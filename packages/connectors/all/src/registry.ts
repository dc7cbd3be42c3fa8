import type { Connector } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';

export interface Registry {
  readonly connectors: ReadonlyMap<string, Connector>;
  /** @throws SternaError config `url-scheme-missing` | `url-scheme-unknown`; never repeats more of the URL than its scheme */
  readonly connectorForUrl: (url: string) => Connector;
}

/** RFC 3986 scheme. One letter is a Windows drive, not a scheme. */
const SCHEME = /^([a-z][a-z0-9+.-]+):/i;

/**
 * A registry over a list of connectors; refuses two that claim the same name or scheme, so that a URL never depends
 * on the order of the list.
 */
export function createRegistry(list: readonly Connector[]): Registry {
  const connectors = new Map<string, Connector>();
  const byScheme = new Map<string, Connector>();
  for (const connector of list) {
    if (connectors.has(connector.name))
      throw new SternaError('bug', 'connector-twice', `Two connectors are named ${connector.name}.`);
    connectors.set(connector.name, connector);
    for (const scheme of connector.schemes) {
      if (byScheme.has(scheme))
        throw new SternaError('bug', 'scheme-twice', `Two connectors claim the scheme ${scheme}.`);
      byScheme.set(scheme, connector);
    }
  }

  const known = (): string => [...byScheme.keys()].map((scheme) => `${scheme}:`).join(', ');

  return {
    connectors,
    connectorForUrl(url) {
      const scheme = SCHEME.exec(url)?.[1]?.toLowerCase();
      if (scheme === undefined) {
        throw new SternaError('config', 'url-scheme-missing', 'The address names no scheme, so its kind is unknown.', {
          fix: `Write one of ${known()} before it, for example maildir:PATH, ics:PATH or imaps://user@host.`,
        });
      }
      const connector = byScheme.get(scheme);
      if (connector === undefined) {
        throw new SternaError('config', 'url-scheme-unknown', `The scheme ${scheme}: is not known.`, {
          fix: `Use one of ${known()}.`,
        });
      }
      return connector;
    },
  };
}
