export { archiveConnector } from './connector.ts';
export { type ArchiveSettings, archiveSettings } from './settings.ts';
