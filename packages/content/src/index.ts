export * from './message-digest.ts';
export * from './message-match-key.ts';
