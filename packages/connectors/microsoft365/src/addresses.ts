import type { Addresses, AddressReading } from '@sterna/connector-kit';

/**
 * The address of a container of SharePoint, a folder or list, as a `webUrl` has it, in the one form that is compared: host in
 * lower case, path decoded, no query. Undefined: it is none.
 *
 * @param below names of folders below it
 */
export function sharePointAddress(webUrl: string | undefined, below: readonly string[] = []): string | undefined {
  const url = parsed(webUrl ?? '');
  const path = url === undefined ? undefined : decodedPath(url);
  if (url === undefined || path === undefined) return undefined;
  return [`https://${url.host}${path}`, ...below].join('/');
}

/** Of a channel, from what its `webUrl` says. */
export function channelAddress(webUrl: string | null | undefined): string | undefined {
  const [reading] = readTeams(parsed(webUrl ?? ''));
  return reading?.name === '' ? reading.container : undefined;
}

/**
 * SharePoint's folders, files, list items and pages by their paths, Teams' channels and messages by their ids. Sharing links
 * and those that name a document by its GUID say nothing of where it lies: they aren't read.
 * https://learn.microsoft.com/en-us/microsoftteams/platform/concepts/build-and-test/deep-link-teams
 */
export const addresses = {
  read(address) {
    const url = parsed(address);
    if (url === undefined) return [];
    return url.host === TEAMS ? readTeams(url) : readSharePoint(url);
  },
  // The id of a list item begins with its list.
  idOf: (kind, key, name) => (kind === 'listItem' ? `${key.slice(key.lastIndexOf(':') + 1)}/${name}` : name),
  of(container, kind, id, name) {
    if (kind === 'post')
      return id === '' ? container : container.replace(CHANNEL, (_, channel) => `/l/message/${channel}/${id}`);
    const base = encoded(container);
    if (id === '') return base;
    if (kind === 'listItem') return `${base}/DispForm.aspx?ID=${id.slice(id.lastIndexOf('/') + 1)}`;
    return `${base}/${encodedName(kind === 'page' ? name : id)}`;
  },
} satisfies Addresses;

const TEAMS = 'teams.microsoft.com';
const CHANNEL = /\/l\/channel\/([^/?]+)/;
const SHAREPOINT = /\.sharepoint(?:-mil)?\.(?:com|us|cn|de)$/;
const FORM = /^(.+)\/(?:DispForm|EditForm)\.aspx$/i;
const VIEW = /^(.+?)(?:\/Forms)?\/(?:AllItems|Forms)\.aspx$/i;

function readSharePoint(url: URL): readonly AddressReading[] {
  const path = SHAREPOINT.test(url.host) ? decodedPath(url) : undefined;
  if (path === undefined || path.includes('/_layouts/')) return [];
  const host = `https://${url.host}`;
  const form = FORM.exec(path)?.[1];
  if (form !== undefined) {
    const number = url.searchParams.get('ID') ?? url.searchParams.get('id') ?? '';
    return /^\d+$/.test(number) ? [{ container: host + form, name: `${Number(number)}` }] : [];
  }
  const view = VIEW.exec(path)?.[1];
  // A folder in the view of its library.
  const shown = view === undefined ? undefined : (url.searchParams.get('id') ?? url.searchParams.get('RootFolder'));
  const place = shown?.startsWith('/') === true ? shown.replace(/\/$/, '') : (view ?? path);
  const at = place.lastIndexOf('/');
  const whole: AddressReading = { container: host + place, name: '' };
  return at <= 0 ? [whole] : [whole, { container: host + place.slice(0, at), name: place.slice(at + 1) }];
}

/** A group's id and its tenant's are part of the address: without them it leads nowhere in another tenant. */
function readTeams(url: URL | undefined): readonly AddressReading[] {
  if (url?.host !== TEAMS) return [];
  const [, what, channel, post] = /^\/l\/(channel|message)\/([^/]+)\/([^/]+)$/.exec(url.pathname) ?? [];
  const [group, tenant] = [url.searchParams.get('groupId'), url.searchParams.get('tenantId')];
  const id = channel === undefined ? undefined : decodedText(channel);
  if (id === undefined || post === undefined || !group || !tenant) return [];
  const query = new URLSearchParams({ groupId: group, tenantId: tenant });
  return [
    {
      container: `https://${TEAMS}/l/channel/${encodeURIComponent(id)}?${query}`,
      name: what === 'message' ? post : '',
    },
  ];
}

function parsed(address: string): URL | undefined {
  const url = URL.parse(address);
  return url?.protocol === 'https:' && url.username === '' && url.password === '' ? url : undefined;
}

/** `/:w:/r/…` is how a file is shown in its program: what comes then is its path. */
function decodedPath(url: URL): string | undefined {
  const path = url.pathname.replace(/^\/:[a-z]:\/r(?=\/)/, '');
  // A sharing link, which says nothing.
  if (/^\/:[a-z]:\//.test(path)) return undefined;
  return decodedText(path.replace(/\/+$/, ''));
}

function decodedText(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

const encodedName = (name: string): string =>
  encodeURIComponent(name).replace(/['()!*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);

function encoded(container: string): string {
  const [host = '', ...names] = container.slice('https://'.length).split('/');
  return `https://${[host, ...names.map(encodedName)].join('/')}`;
}
