import { archiveConnector } from '@sterna/connector-archive';
import { caldavConnector } from '@sterna/connector-caldav';
import { carddavConnector } from '@sterna/connector-carddav';
import { filesConnector } from '@sterna/connector-files';
import { googleConnector } from '@sterna/connector-google';
import { imapConnector } from '@sterna/connector-imap';
import { type Connector, composeConnectors } from '@sterna/connector-kit';
import { microsoft365Connector } from '@sterna/connector-microsoft365';
import { s3Connector } from '@sterna/connector-s3';
import { webdavConnector } from '@sterna/connector-webdav';
import { createRegistry } from './registry.ts';

/** A mailbox as open standards have it: mail, calendars and tasks, contacts, each with a server of its own. */
const standardsConnector = composeConnectors({
  name: 'standards',
  title: 'IMAP, CalDAV and CardDAV mailbox',
  parts: [
    { key: 'imap', connector: imapConnector },
    { key: 'caldav', connector: caldavConnector },
    { key: 'carddav', connector: carddavConnector },
  ],
});

/** Backups of what has objects and files: an archive, and a plain folder of files within it. */
const backupConnector = composeConnectors({
  name: 'backup',
  title: 'Sterna backup of a site, group or team',
  parts: [
    { key: 'objects', connector: archiveConnector },
    { key: 'files', connector: filesConnector },
  ],
  itemTypes: ['site', 'group', 'team'],
});

/** Every connector of this build, by name. Adding a system is one line here. */
const registry = createRegistry([
  imapConnector,
  caldavConnector,
  carddavConnector,
  standardsConnector,
  archiveConnector,
  filesConnector,
  backupConnector,
  webdavConnector,
  s3Connector,
  microsoft365Connector,
  googleConnector,
]);

export const connectors: ReadonlyMap<string, Connector> = registry.connectors;
/** The connector whose scheme a `sterna copy` URL names. */
export const connectorForUrl = registry.connectorForUrl;
export { urlOfPath } from '@sterna/connector-archive';
