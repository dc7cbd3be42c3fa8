export * from './connector.ts';
export * from './dialect.ts';
export * from './xml.ts';
