import { archiveConnector } from '@sterna/connector-archive';
import { imapConnector } from '@sterna/connector-imap';
import type { Connector } from '@sterna/connector-kit';
import { createRegistry } from './registry.ts';

/** Every connector of this build, by name. Adding a system is one line here. */
const registry = createRegistry([imapConnector, archiveConnector]);

export const connectors: ReadonlyMap<string, Connector> = registry.connectors;
/** The connector whose scheme a `sterna copy` URL names. */
export const connectorForUrl = registry.connectorForUrl;
