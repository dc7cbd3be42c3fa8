import { asSternaError, type NameRules, SternaError } from '@sterna/core';
import { type DavHttp, propfind } from '@sterna/dav';
import { FACTS, factsIn } from './facts.ts';
import { isGone } from './listing.ts';
import { Tree } from './paths.ts';
import { syncTokenIn } from './sync.ts';
import { noRoot } from './walk.ts';

/** `cloud`: Nextcloud and ownCloud. */
export type ServerKind = 'cloud' | 'apache' | 'iis' | 'other';

/** What the server says of itself and of the root. */
export interface Server {
  readonly kind: ServerKind;
  readonly tree: Tree;
  /** For people. */
  readonly name: string;
  /** Where large files are put together from chunks; undefined where that isn't known. */
  readonly uploads: URL | undefined;
  readonly quota: { readonly used: number; readonly limit: number } | undefined;
  /** Of the root; undefined where it doesn't say that its changes can be asked for (RFC 6578). */
  readonly syncToken: string | undefined;
}

const MOD_DAV = 'http://apache.org/dav/propset/fs/1';

/** What web servers answer to a method that they don't know. */
const NO_DAV: ReadonlySet<number> = new Set([400, 405, 412, 415, 501]);

const noDav = (root: URL): SternaError =>
  new SternaError('config', 'not-a-dav-server', `What answers at ${root.host}${root.pathname} is no WebDAV server.`, {
    field: 'url',
    fix: 'Check host, port and path. Nextcloud’s is https://host/remote.php/dav/files/{user}/.',
  });

/**
 * Signs in, and looks at the root.
 *
 * @throws SternaError config `folder-not-found` | `not-a-dav-server`; auth, transient
 */
export async function meetServer(http: DavHttp, url: URL): Promise<Server> {
  const asked = new Tree(url);
  const properties = [
    ...FACTS,
    ...[
      'd:quota-available-bytes',
      'd:quota-used-bytes',
      'd:supported-report-set',
      'd:sync-token',
      'oc:fileid',
      'oc:id',
    ],
  ];
  const answer = await propfind(http, asked.root, 0, properties, 'looking at the root').catch((thrown: unknown) => {
    const error = asSternaError(thrown);
    if (isGone(error)) throw noRoot(asked.root);
    if (error.code === 'dav-answer-invalid' || NO_DAV.has(Number(error.details.status))) throw noDav(asked.root);
    throw thrown;
  });
  const [own] = answer.responses.filter(({ status }) => status < 300);
  if (own === undefined || !factsIn(own).isFolder) throw noRoot(asked.root);
  // A redirect of the root holds for all that is in it.
  const tree = new Tree(answer.url);
  const options = await http.send({
    method: 'OPTIONS',
    url: tree.root,
    doing: 'asking what it can do',
    repeatable: true,
    // A server that knows no OPTIONS says nothing, which is an answer too.
    expected: [400, 403, 404, 405, 500, 501],
  });
  const software = options.header('server') ?? '';
  const isCloud = own.properties.has('oc:fileid') || own.properties.has('oc:id');
  const kind: ServerKind = isCloud
    ? 'cloud'
    : options.header('dav')?.includes(MOD_DAV) === true
      ? 'apache'
      : /^Microsoft-IIS\//i.test(software)
        ? 'iis'
        : 'other';
  const bytes = (name: string): number | undefined => {
    const text = own.properties.get(name)?.text.trim();
    const value = text === undefined || text === '' ? Number.NaN : Number(text);
    // Nextcloud says -1 to -3 where it knows no limit.
    return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
  };
  const [used, free] = [bytes('d:quota-used-bytes'), bytes('d:quota-available-bytes')];
  return {
    kind,
    tree,
    name: { cloud: 'Nextcloud or ownCloud', apache: 'Apache mod_dav', iis: software, other: software || 'unnamed' }[
      kind
    ],
    uploads: isCloud ? uploadsOf(tree.root) : undefined,
    // Cyrus says of both that they are 0 where there is no quota.
    quota: used === undefined || free === undefined || used + free === 0 ? undefined : { used, limit: used + free },
    syncToken: syncTokenIn(own),
  };
}

/** `…/dav/files/USER/…` has `…/dav/uploads/USER/` beside it; the old `…/webdav/` doesn't name its user. */
function uploadsOf(root: URL): URL | undefined {
  const found = /^(.*\/dav)\/files\/([^/]+)\//.exec(root.pathname);
  return found === null ? undefined : new URL(`${root.origin}${found[1]}/uploads/${found[2]}/`);
}

const WINDOWS: NameRules = {
  reserved: '\\:*?"<>|',
  noControls: true,
  reservedStems: [
    'CON',
    'PRN',
    'AUX',
    'NUL',
    ...Array.from({ length: 9 }, (_, i) => `COM${i + 1}`),
    ...Array.from({ length: 9 }, (_, i) => `LPT${i + 1}`),
  ],
  noLast: ' .',
  maxName: 255,
  unit: 'utf16',
  ignoresCase: true,
};

/**
 * Names that each kind can hold. Nextcloud: 250 bytes, no backslash, no control characters (its file name validator);
 * what its administrator forbids besides is refused file by file, and so is what ends in `.part`.
 */
export const NAME_RULES: Readonly<Record<ServerKind, NameRules>> = {
  cloud: { reserved: '\\', noControls: true, reservedNames: ['.htaccess'], maxName: 250, unit: 'bytes' },
  iis: WINDOWS,
  apache: { maxName: 255, unit: 'bytes' },
  // rclone, for one, takes a control character and then doesn't find what has it in its name.
  other: { noControls: true, maxName: 255, unit: 'bytes' },
};
