export * from './containers.ts';
export * from './intents.ts';
export * from './inventory.ts';
export * from './notes.ts';
export * from './rekey.ts';
export * from './rows.ts';
export * from './source-key.ts';
export * from './todo.ts';
