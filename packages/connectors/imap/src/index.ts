export { imapConnector } from './connector.ts';
export { type ImapSettings, imapSettings } from './settings.ts';
