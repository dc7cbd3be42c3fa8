import type { CheckLine, Connector, Container, DiscoveredItem, SystemConfig } from '@sterna/connector-kit';
import { asSternaError, SternaError } from '@sterna/core';
import type { DavDialect } from './dialect.ts';
import { openDavSession } from './session.ts';
import { davSettings, parseDavSettings, parseDavUrl } from './settings.ts';

/** A connector that speaks this dialect. */
export const davConnector = (dialect: DavDialect): Connector => ({
  name: dialect.protocol,
  title: dialect.title,
  kinds: dialect.kinds,
  itemTypes: ['mailbox'],
  canRead: true,
  canWrite: true,
  settings: davSettings,
  schemes: [`${dialect.protocol}+http`, `${dialect.protocol}+https`],
  parseUrl: (url, options) => parseDavUrl(dialect.protocol, url, options),
  check: (system, address, signal) => checkDav(dialect, system, address, signal),
  discover,
  open: (request) => openDavSession(dialect, request),
});

// biome-ignore lint/correctness/useYield: there is nothing to yield, and the face wants an iterable that says so
async function* discover(): AsyncGenerator<DiscoveredItem, void, undefined> {
  throw new SternaError('config', 'cannot-list-users', 'Servers of calendars and contacts can’t list their users.', {
    fix: 'Import the user list as a CSV.',
  });
}

const MOST_NAMED = 10;

const named = (containers: readonly Container[], describe: (one: Container) => string): string =>
  [
    ...containers.slice(0, MOST_NAMED).map(describe),
    ...(containers.length > MOST_NAMED ? [`… and ${containers.length - MOST_NAMED} more`] : []),
  ].join(', ');

const nameOf = (one: Container): string => one.path.join('/');

const describeShared = (one: Container): string =>
  `${nameOf(one)} (of ${one.sharedBy}${one.readOnly === true ? ', only to be read' : ''})`;

/** Line by line, up to the first thing that is wrong. Never throws. */
async function checkDav(
  dialect: DavDialect,
  system: SystemConfig,
  address: string | undefined,
  signal: AbortSignal = new AbortController().signal,
): Promise<readonly CheckLine[]> {
  const lines: CheckLine[] = [];
  let doing = 'settings';
  try {
    const settings = parseDavSettings(system.settings);
    lines.push({
      name: 'settings',
      ok: true,
      evidence: `${dialect.title} at ${new URL(settings.url.replace(/\{\w+\}/g, 'user')).host}`,
    });
    if (address === undefined) return lines;
    doing = 'sign-in';
    const session = await openDavSession(dialect, { system, address, role: 'write', installation: '00000000', signal });
    try {
      lines.push({ name: 'sign-in', ok: true, evidence: `signed in as ${address}` });
      for (const [name, evidence] of Object.entries(session.capabilities.evidence))
        lines.push({ name: `capability: ${name}`, ok: true, evidence });
      doing = 'collections';
      const containers = await session.reader.containers();
      const own = containers.filter((one) => one.sharedBy === undefined);
      const shared = containers.filter((one) => one.sharedBy !== undefined);
      lines.push({ name: 'collections', ok: true, evidence: `${own.length} of its own: ${named(own, nameOf)}` });
      if (shared.length > 0)
        lines.push({
          name: 'shared collections',
          ok: true,
          evidence: `${shared.length} shared by others, which are migrated with their owners: ${named(shared, describeShared)}`,
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
