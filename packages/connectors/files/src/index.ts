export { filesConnector } from './connector.ts';
export { type FilesSettings, filesSettings } from './settings.ts';
