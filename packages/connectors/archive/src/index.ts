export { archiveConnector } from './connector.ts';
export { urlOfPath } from './path-url.ts';
export { type ArchiveSettings, archiveSettings } from './settings.ts';
