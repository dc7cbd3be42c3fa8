export * from './certificates.ts';
export * from './dovecot.ts';
export { freePort, isAlive, sleep } from './instance.ts';
export * from './raw-imap.ts';
