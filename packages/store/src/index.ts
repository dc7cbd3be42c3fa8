export * from './codes.ts';
export * from './ledger/index.ts';
export * from './pass-queue.ts';
