import { authorityOf, isLoopback, type OpenRequest, type Session } from '@sterna/connector-kit';
import { asSternaError } from '@sterna/core';
import { appendLimitOf, capabilitiesOf } from './capabilities.ts';
import { aborted } from './errors.ts';
import { askNamespaces, type Namespaces } from './folders.ts';
import { Link } from './link.ts';
import { LinkPool } from './link-pool.ts';
import { mailboxFromId } from './mailbox-name.ts';
import type { ImapConnection } from './protocol/connection.ts';
import { type DialOptions, dial } from './protocol/dial.ts';
import { type Selected, select } from './protocol/select.ts';
import { askQuota } from './quota.ts';
import { ImapReader } from './reader.ts';
import { retryOf } from './retry.ts';
import { type ImapSettings, parseSettings, portOf } from './settings.ts';
import { type Identity, identify, signIn } from './sign-in.ts';
import { ImapWriter } from './writer.ts';

/** What a connection is for: decides which extensions are enabled on it. */
type Purpose = 'reading' | 'appending' | 'storing';

/** @throws SternaError auth | config | transient | throttled */
export async function openSession(request: OpenRequest): Promise<Session> {
  const settings = parseSettings(request.system.settings);
  const identity = identify(settings, request.address, request.system.credentials, request.credentials);
  const own = new AbortController();
  const signal = AbortSignal.any([request.signal, own.signal]);
  const dialer = new Dialer(settings, identity, signal, request);

  const main = new Link(() => dialer.connect(request.role === 'read' ? 'reading' : 'appending'));
  const connection = await main.connection();
  const { pageSize } = settings;
  const retry = retryOf(settings.retryDelaysMs, signal);
  // Sent at once and awaited with the first reply that is needed: no round trip of its own.
  let namespaces: Promise<Namespaces> | undefined;
  const askOnce = (): Promise<Namespaces> => {
    if (namespaces === undefined) {
      const asked = main.connection().then(askNamespaces);
      asked.catch(() => {
        namespaces = undefined;
      });
      namespaces = asked;
    }
    return namespaces;
  };

  const listLink = request.role === 'read' ? main : new Link(() => dialer.connect('reading'));
  const bodies = new LinkPool(
    () => dialer.connect('reading'),
    Math.max(1, settings.maxConnections - (request.role === 'read' ? 1 : 3)),
  );
  const reader = new ImapReader({ folderLink: main, listLink, bodies, namespaces: askOnce, retry, pageSize });
  const links = [main, listLink];
  let writer: ImapWriter | undefined;
  let inbox: Selected | undefined;
  if (request.role === 'write') {
    inbox = await probeInbox(connection);
    const stateLink = new Link(() => dialer.connect('storing'));
    links.push(stateLink);
    writer = new ImapWriter({
      appendLink: main,
      stateLink,
      listLink,
      bodies,
      namespaces: askOnce,
      installation: request.installation,
      retry,
      pageSize,
      maxBytes: appendLimitOf(connection),
      limitPerFolder: connection.has('APPENDLIMIT'),
      distrust: () => {
        dialer.distrusted = true;
      },
    });
  }
  const end = (): void => {
    own.abort();
  };
  return {
    capabilities: capabilitiesOf(connection, inbox),
    reader,
    ...(writer ? { writer } : {}),
    identity: identityOf(settings, identity, connection),
    quota: async () => askQuota(await main.connection()),
    async close() {
      await Promise.all([...new Set(links).values()].map((link) => link.close()));
      await bodies.close();
      end();
    },
    destroy() {
      end();
      for (const link of links) link.destroy(aborted());
      bodies.destroy(aborted());
    },
  };
}

/** Opens and signs in connections of one session. */
export class Dialer {
  readonly #settings: ImapSettings;
  readonly #identity: Identity;
  readonly #options: DialOptions;
  readonly #request: Pick<OpenRequest, 'observe'>;
  #connected = 0;
  #enableRefused = false;
  /** The server answered BAD to a message: from now on nothing is sent that it hasn't agreed to. */
  distrusted = false;

  constructor(settings: ImapSettings, identity: Identity, signal: AbortSignal, request: Pick<OpenRequest, 'observe'>) {
    this.#settings = settings;
    this.#identity = identity;
    this.#request = request;
    this.#options = {
      host: settings.host,
      port: portOf(settings),
      tls: settings.tls,
      insecure: settings.insecure,
      ca: authorityOf(settings),
      verifyCertificate: settings.verifyCertificate,
      connectTimeoutMs: settings.connectTimeoutSeconds * 1000,
      replyTimeoutMs: settings.replyTimeoutSeconds * 1000,
      signal,
    };
  }

  async connect(purpose: Purpose): Promise<ImapConnection> {
    const connection = await dial(this.#options);
    try {
      await signIn(connection, this.#identity, this.#settings);
    } catch (thrown) {
      connection.destroy(aborted());
      const { retryAt, message } = asSternaError(thrown);
      if (retryAt) this.#request.observe?.({ type: 'throttled', retryAt, reason: message });
      throw thrown;
    }
    if (this.distrusted)
      connection.capabilities = new Set(
        [...connection.capabilities].filter((name) => !/^(?:LITERAL[+-]|MULTIAPPEND)$/.test(name)),
      );
    await this.#enable(connection, purpose);
    this.#request.observe?.({ type: this.#connected++ === 0 ? 'connected' : 'reconnected', detail: purpose });
    return connection;
  }

  /**
   * Not awaited, but for the encoding of names: what follows is answered after it. Readers take UTF8=ACCEPT, since
   * without it a server may rewrite messages that have UTF-8 headers (RFC 6858); writers only where they must, and
   * never CONDSTORE, which makes every silent STORE talk.
   */
  async #enable(connection: ImapConnection, purpose: Purpose): Promise<void> {
    if (this.#enableRefused || (!connection.has('ENABLE') && !connection.has('IMAP4REV2'))) return;
    const wanted: string[] = [];
    if (purpose === 'reading') {
      if (connection.has('QRESYNC')) wanted.push('QRESYNC');
      else if (connection.has('CONDSTORE')) wanted.push('CONDSTORE');
      if (connection.has('UTF8=ACCEPT')) wanted.push('UTF8=ACCEPT');
    }
    if (connection.has('UTF8=ONLY')) wanted.push('UTF8=ACCEPT');
    if (wanted.length === 0) return;
    for (const extension of wanted) connection.expected.add(extension);
    const answer = connection.run([`ENABLE ${wanted.join(' ')}`], { tolerateBad: true }).then(
      (reply) => {
        connection.expected.clear();
        this.#enableRefused ||= reply.status !== 'OK';
      },
      () => undefined,
    );
    if (wanted.includes('UTF8=ACCEPT')) await answer;
  }
}

/** PERMANENTFLAGS of INBOX, in one flight; afterwards nothing is selected, so that no changes are announced here. */
async function probeInbox(connection: ImapConnection): Promise<Selected | undefined> {
  const inbox = mailboxFromId('INBOX');
  const selected = select(connection, inbox.argument(connection), inbox.wire, { readOnly: false });
  const commands =
    connection.has('UNSELECT') || connection.has('IMAP4REV2') ? ['UNSELECT'] : ['EXAMINE INBOX', 'CLOSE'];
  const rest = commands.map((command) => connection.run([command], { tolerateBad: true }));
  for (const each of rest) each.catch(() => undefined);
  try {
    return await selected;
  } catch (thrown) {
    if (!connection.alive) throw connection.error ?? thrown;
    return undefined;
  } finally {
    await Promise.allSettled(rest);
  }
}

/** Names the mailbox itself: the same whatever the spelling of the host, and whether TLS is implicit or not. */
export function identityOf(settings: ImapSettings, identity: Identity, connection: ImapConnection): string {
  const address = connection.socket.remoteAddress?.replace(/^::ffff:/i, '');
  const local = isLoopback(address) ? (address === '::1' ? '127.0.0.1' : address) : undefined;
  const port = portOf(settings);
  const host = local ?? settings.host.toLowerCase().replace(/\.$/, '');
  return `imap://${host.includes(':') ? `[${host}]` : host}:${port === 993 ? 143 : port}/${encodeURIComponent(identity.mailbox.toLowerCase())}`;
}
