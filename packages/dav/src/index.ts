export * from './answer.ts';
export * from './connect.ts';
export * from './connector.ts';
export * from './dialect.ts';
export { objectRefusal, refusal } from './errors.ts';
export * from './http.ts';
export * from './propfind.ts';
export { type ConnectionSettings, connectionFields, parseDavUrl, parseSettings } from './settings.ts';
export * from './xml.ts';
