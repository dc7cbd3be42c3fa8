export * from './certificates.ts';
export * from './cyrus.ts';
export * from './dovecot.ts';
export * from './fault-proxy.ts';
export { freePort, isAlive, sleep } from './instance.ts';
export * from './postgres.ts';
export * from './radicale.ts';
export * from './raw-imap.ts';
export * from './scripted/index.ts';
