export * from './budget.ts';
export * from './client.ts';
export * from './clock.ts';
export * from './errors.ts';
export * from './spool.ts';
export * from './token-source.ts';
export * from './transport.ts';
export * from './writing.ts';
