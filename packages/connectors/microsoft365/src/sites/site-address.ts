import { SternaError } from '@sterna/core';

/** A site by its address: `contoso.sharepoint.com/sites/sales`, with `https://` or without. */
export interface SiteAddress {
  /** Lower case. */
  readonly host: string;
  /** Decoded; none for the root site of a host. */
  readonly path: readonly string[];
}

/** @throws SternaError config `bad-address` */
export function parseSiteAddress(text: string): SiteAddress {
  const [, host, rest = ''] = /^(?:https:\/\/)?([a-z0-9][a-z0-9.-]{0,252})(\/[^?#]*)?$/i.exec(text.trim()) ?? [];
  if (host === undefined || !host.includes('.')) throw badAddress();
  try {
    return { host: host.toLowerCase(), path: rest.split('/').filter(Boolean).map(decodeURIComponent) };
  } catch {
    throw badAddress();
  }
}

/** Whether an address is meant to be one of a site: people have an @ in theirs. */
export const isSiteAddress = (text: string): boolean => !text.includes('@') && /[./]/.test(text);

export const formatSiteAddress = ({ host, path }: SiteAddress): string => [host, ...path].join('/');

const badAddress = (): SternaError =>
  new SternaError('config', 'bad-address', 'The address is none of a SharePoint site.', {
    field: 'address',
    fix: 'Write it as in the browser: contoso.sharepoint.com/sites/sales.',
  });
