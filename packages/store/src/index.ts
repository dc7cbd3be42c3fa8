export * from './codes.ts';
export * from './database.ts';
export * from './installation.ts';
export * from './ledger/index.ts';
export * from './migrate.ts';
export * from './pass-queue.ts';
export * from './repositories/index.ts';
export type * from './schema.ts';
export * from './secrets.ts';
