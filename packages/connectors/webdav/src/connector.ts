import type { CheckLine, Connector, DiscoveredItem, SystemConfig } from '@sterna/connector-kit';
import { asSternaError, SternaError } from '@sterna/core';
import { parseDavUrl } from '@sterna/dav';
import { openWebdav } from './session.ts';
import { parseWebdavSettings, webdavSettings } from './settings.ts';

/** Files and folders of any WebDAV server: Nextcloud, ownCloud, Apache, IIS and others. */
export const webdavConnector: Connector = {
  name: 'webdav',
  title: 'WebDAV',
  kinds: ['file'],
  itemTypes: ['drive'],
  canRead: true,
  canWrite: true,
  settings: webdavSettings,
  schemes: ['webdav+http', 'webdav+https'],
  parseUrl: (url, options) => parseDavUrl('webdav', url, options),
  check,
  discover,
  open: async (request) => (await openWebdav(request, false)).session,
};

// biome-ignore lint/correctness/useYield: there is nothing to yield, and the face wants an iterable that says so
async function* discover(): AsyncGenerator<DiscoveredItem, void, undefined> {
  throw new SternaError('config', 'cannot-list-users', 'WebDAV servers can’t list their users.', {
    fix: 'Import the user list as a CSV.',
  });
}

/** Line by line, up to the first thing that is wrong. Never throws. */
async function check(
  system: SystemConfig,
  address?: string,
  signal: AbortSignal = new AbortController().signal,
): Promise<readonly CheckLine[]> {
  const lines: CheckLine[] = [];
  let doing = 'settings';
  try {
    const settings = parseWebdavSettings(system.settings);
    const { host } = new URL(settings.url.replace(/\{\w+\}/g, 'user'));
    lines.push({ name: doing, ok: true, evidence: `WebDAV at ${host}` });
    if (address === undefined) return lines;
    doing = 'sign-in';
    const { session, leftovers } = await openWebdav(
      { system, address, role: 'write', installation: '00000000', signal },
      true,
    );
    try {
      lines.push({ name: doing, ok: true, evidence: `signed in for ${address}` });
      for (const [name, evidence] of Object.entries(session.capabilities.evidence))
        lines.push({ name: `capability: ${name}`, ok: true, evidence });
      doing = 'room';
      const quota = await session.quota();
      lines.push({
        name: doing,
        ok: quota === undefined || quota.used < quota.limit,
        evidence: quota === undefined ? 'the server tells no quota' : `${quota.used} of ${quota.limit} bytes are used`,
      });
      doing = 'leftovers';
      const left = await leftovers();
      if (left > 0)
        lines.push({
          name: doing,
          ok: true,
          evidence: `${left} hidden .sterna- files in the folder: unfinished files of passes that ended midway`,
          fix: 'Remove them once no pass runs.',
        });
    } finally {
      await session.close();
    }
  } catch (thrown) {
    const error = asSternaError(thrown);
    lines.push({ name: doing, ok: false, evidence: error.message, ...(error.fix ? { fix: error.fix } : {}) });
  }
  return lines;
}
