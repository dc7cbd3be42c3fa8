import { davConnector } from '@sterna/dav';
import { caldavDialect } from './dialect.ts';

/** Calendars and task lists of any CalDAV server. */
export const caldavConnector = davConnector(caldavDialect);
