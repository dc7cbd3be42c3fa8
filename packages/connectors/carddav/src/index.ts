import { davConnector } from '@sterna/dav';
import { carddavDialect } from './dialect.ts';

/** Address books of any CardDAV server. */
export const carddavConnector = davConnector(carddavDialect);
