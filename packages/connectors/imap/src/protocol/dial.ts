import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { checkReach, isLoopback, lookupWithinReach } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import { aborted, networkError, refusal, timedOut } from '../errors.ts';
import { ImapConnection } from './connection.ts';

export interface DialOptions {
  readonly host: string;
  readonly port: number;
  /** `starttls`: where offered; without it plain text only to this machine or with `insecure`. */
  readonly tls: 'implicit' | 'starttls' | 'starttls-required' | 'none';
  readonly insecure: boolean;
  readonly ca: string | undefined;
  readonly verifyCertificate: boolean;
  readonly connectTimeoutMs: number;
  readonly replyTimeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * A connection that has its greeting and, where wanted, TLS; not signed in.
 *
 * @throws SternaError config | transient | throttled, in words for the user
 */
export async function dial(options: DialOptions): Promise<ImapConnection> {
  if (options.signal.aborted) throw aborted();
  const deadline = AbortSignal.timeout(options.connectTimeoutMs);
  let plain: Socket | undefined;
  let connection: ImapConnection | undefined;
  try {
    checkReach(options.host);
    plain = await tcp(options, deadline);
    const socket = options.tls === 'implicit' ? await tls(plain, options, deadline) : plain;
    connection = new ImapConnection(socket, options);
    abortWith(connection, options.signal);
    const greeted = await within(connection, connection.greeting(), deadline, 'its greeting');
    if (greeted.name === 'BYE') throw refusal('the connection', { ...greeted, status: 'NO' });
    if (options.tls !== 'implicit') await secure(connection, options, deadline, greeted.name === 'PREAUTH');
    return connection;
  } catch (thrown) {
    const error = options.signal.aborted ? aborted() : networkError(thrown, options.host, options.port);
    connection?.destroy(error);
    plain?.destroy();
    throw error;
  }
}

async function secure(
  connection: ImapConnection,
  options: DialOptions,
  deadline: AbortSignal,
  preauthenticated: boolean,
): Promise<void> {
  const plainAllowed = options.insecure || isLoopback(connection.socket.remoteAddress);
  if (options.tls !== 'none' && !preauthenticated) {
    if (connection.capabilities.size === 0)
      await within(connection, connection.run(['CAPABILITY']), deadline, 'CAPABILITY');
    if (connection.has('STARTTLS')) {
      const reply = await within(connection, connection.run(['STARTTLS']), deadline, 'STARTTLS');
      if (reply.status === 'OK') {
        await connection.upgrade((plain) => tls(plain, options, deadline));
        return;
      }
      // A refused offer is no reason to go on in the clear, where TLS was to be had.
      throw noTls(options, 'offers STARTTLS and then refuses it');
    }
  }
  if (options.tls === 'starttls-required') throw noTls(options, 'doesn’t offer STARTTLS');
  if (!plainAllowed)
    throw noTls(options, options.tls === 'none' ? 'would be used without TLS' : 'offers no encryption');
}

function noTls(options: DialOptions, what: string): SternaError {
  return new SternaError('config', 'plain-text-refused', `${options.host}:${options.port} ${what}.`, {
    fix: 'Use imaps:// (port 993) or enable TLS on the server; only where nobody can listen, allow plain text (insecure).',
    field: 'tls',
  });
}

function abortWith(connection: ImapConnection, signal: AbortSignal): void {
  const onAbort = () => connection.destroy(aborted());
  signal.addEventListener('abort', onAbort, { once: true });
  connection.onDestroyed(() => signal.removeEventListener('abort', onAbort));
}

/** Ends the connection where the answer isn't there by the deadline. */
async function within<T>(
  connection: ImapConnection,
  answer: Promise<T>,
  deadline: AbortSignal,
  what: string,
): Promise<T> {
  const onLate = () => connection.destroy(timedOut(what));
  if (deadline.aborted) onLate();
  deadline.addEventListener('abort', onLate, { once: true });
  try {
    return await answer;
  } finally {
    deadline.removeEventListener('abort', onLate);
  }
}

function tcp(options: DialOptions, deadline: AbortSignal): Promise<Socket> {
  return settled(
    connectTcp({
      host: options.host,
      port: options.port,
      noDelay: true,
      keepAlive: true,
      lookup: lookupWithinReach,
    }),
    'connect',
    options,
    deadline,
  );
}

function tls(plain: Socket, options: DialOptions, deadline: AbortSignal): Promise<TLSSocket> {
  const socket = connectTls({
    socket: plain,
    host: options.host,
    // An address has no place in SNI, but is checked against the certificate all the same.
    ...(isIP(options.host) === 0 ? { servername: options.host } : {}),
    ...(options.ca === undefined ? {} : { ca: options.ca }),
    rejectUnauthorized: options.verifyCertificate,
  });
  return settled(socket, 'secureConnect', options, deadline);
}

function settled<T extends Socket>(socket: T, event: string, options: DialOptions, deadline: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const finish = (error?: unknown) => {
      socket.removeListener(event, onReady);
      socket.removeListener('error', onError);
      socket.removeListener('close', onClose);
      options.signal.removeEventListener('abort', onAbort);
      deadline.removeEventListener('abort', onLate);
      if (error === undefined) resolve(socket);
      else {
        socket.on('error', () => {});
        socket.destroy();
        reject(error);
      }
    };
    const onReady = () => finish();
    const onError = (error: Error) => finish(error);
    const onClose = () => finish(new Error('closed'));
    const onAbort = () => finish(aborted());
    const onLate = () => finish(timedOut(`connecting to ${options.host}:${options.port}`));
    if (options.signal.aborted) return onAbort();
    if (deadline.aborted) return onLate();
    socket.once(event, onReady);
    socket.once('error', onError);
    socket.once('close', onClose);
    options.signal.addEventListener('abort', onAbort, { once: true });
    deadline.addEventListener('abort', onLate, { once: true });
  });
}
