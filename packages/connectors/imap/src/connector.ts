import type { CheckLine, Connector, DiscoveredItem, SystemConfig } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import { checkSystem } from './check.ts';
import { openSession } from './session.ts';
import { imapSettings, parseImapUrl } from './settings.ts';

export const imapConnector: Connector = {
  name: 'imap',
  title: 'IMAP mailbox',
  kinds: ['message'],
  itemTypes: ['mailbox'],
  canRead: true,
  canWrite: true,
  settings: imapSettings,
  schemes: ['imap', 'imaps'],
  parseUrl: parseImapUrl,
  check: (system: SystemConfig, address?: string, signal?: AbortSignal): Promise<readonly CheckLine[]> =>
    checkSystem(system, address, signal),
  discover,
  open: openSession,
};

// biome-ignore lint/correctness/useYield: there is nothing to yield, and the face wants an iterable that says so
async function* discover(): AsyncGenerator<DiscoveredItem, void, undefined> {
  throw new SternaError('config', 'cannot-list-users', 'IMAP servers can’t list their users.', {
    fix: 'Import the user list as a CSV.',
  });
}
