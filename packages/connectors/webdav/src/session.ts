import type { OpenRequest, Session } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import { connectDav } from '@sterna/dav';
import { capabilitiesOf } from './capabilities.ts';
import { listEverything } from './listing.ts';
import { encodeSegment, isOurs } from './paths.ts';
import { traitsOf } from './probe.ts';
import { WebdavReader } from './reader.ts';
import { Remote } from './remote.ts';
import { meetServer, NAME_RULES } from './server.ts';
import { parseWebdavSettings } from './settings.ts';
import { changesSince } from './sync.ts';
import { Uploader } from './upload.ts';
import { WebdavWriter } from './writer.ts';

const LOCK_TRIES = 3;
/** Files up to 4 MiB are whole in memory, so these are bounded however many connections there may be. */
const MOST_IN_FLIGHT = 8;

export interface OpenedWebdav {
  readonly session: Session;
  /** How many files Sterna left in the root when something ended it midway. They are in no listing. */
  leftovers(): Promise<number>;
}

/**
 * @param isFresh The server is tried even if this process has tried it already
 * @throws SternaError auth | config | transient | throttled
 */
export async function openWebdav(request: OpenRequest, isFresh: boolean): Promise<OpenedWebdav> {
  const settings = parseWebdavSettings(request.system.settings);
  const path = pathIn(request);
  const { http, url, signIn } = connectDav(settings, request);
  try {
    const server = await meetServer(http, path === undefined ? url : below(url, path));
    const { tree } = server;
    const remote = new Remote(http, settings.retryDelaysMs.slice(0, LOCK_TRIES));
    const traits =
      request.role === 'write'
        ? await traitsOf(remote, server, {
            key: settings.url,
            isFresh,
            owner: request.isBeside === true ? undefined : request.installation,
          })
        : undefined;
    const { syncToken } = server;
    const synced = syncToken === undefined ? undefined : await changesSince(http, tree, syncToken);
    const reader = new WebdavReader(http, tree, {
      rules: NAME_RULES[server.kind],
      inFlight: Math.min(MOST_IN_FLIGHT, settings.maxConnections),
      resumeDelays: settings.retryDelaysMs,
      syncToken: synced?.token,
    });
    const writer =
      traits === undefined
        ? undefined
        : new WebdavWriter({
            remote,
            tree,
            traits,
            reader,
            uploader: new Uploader(remote, server, traits, settings.chunkBytes),
            isCloud: server.kind === 'cloud',
          });
    const session: Session = {
      capabilities: capabilitiesOf(server, traits, synced !== undefined, signIn.scheme ?? 'none was asked for'),
      reader,
      ...(writer === undefined ? {} : { writer }),
      identity: `webdav://${tree.root.host}${tree.root.pathname}`,
      quota: async () => server.quota,
      close: async () => http.destroy(),
      destroy: () => http.destroy(),
    };
    return {
      session,
      leftovers: async () => (await listEverything(http, tree.root))?.filter(({ name }) => isOurs(name)).length ?? 0,
    };
  } catch (error) {
    http.destroy();
    throw error;
  }
}

/** An address with a slash in it is a path below the system's, where that has no place for a name; else it is a user. */
function pathIn({ address, system, credentials }: OpenRequest): readonly string[] | undefined {
  if (!address.includes('/')) return undefined;
  if ((credentials?.user ?? system.credentials.user) === undefined)
    throw new SternaError('config', 'user-missing', 'The address of this entry is a path, so nothing names its user.', {
      field: 'user',
      fix: 'Give the sign-in name with the system or with the entry.',
    });
  const path = address.split('/').filter((name) => name !== '');
  if (path.some((name) => name === '.' || name === '..' || name.includes('\0')))
    throw new SternaError('config', 'path-invalid', 'The path of this entry leads out of the system’s folder.', {
      field: 'address',
      fix: 'Write the path from the system’s folder down, without dots.',
    });
  return path;
}

const below = (url: URL, path: readonly string[]): URL =>
  new URL(`${url.origin}${url.pathname.replace(/\/?$/, '/')}${path.map((name) => `${encodeSegment(name)}/`).join('')}`);
