import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeBenchMailbox } from '@sterna/sample-mailbox';
import { type Dovecot, startDovecot } from '@sterna/test-servers';
import { type Books, openBooks } from './books.ts';
import { bundleClients, type Clients } from './clients.ts';

/** Servers, a database and a folder of this run's own; everything goes when the run ends. */
export interface Lab {
  readonly folder: string;
  readonly source: Dovecot;
  readonly target: Dovecot;
  /** The same kind of server, but without MULTIAPPEND. */
  readonly plainTarget: Dovecot;
  readonly books: Books;
  readonly clients: Clients;
  /** An account of the target that no run used before. */
  freshUser(what: string): string;
  /** Puts a mailbox for measurements into the source. @returns messages and bytes */
  seed(user: string, messages: number, folders: number, seed: number): { messages: number; bytes: number };
  /** Removes an account's mail, so that runs don't fill the disk. */
  forget(server: Dovecot, user: string): void;
  close(): Promise<void>;
}

export async function openLab(): Promise<Lab> {
  const folder = mkdtempSync(join(tmpdir(), 'sterna-bench-'));
  // PostgreSQL and Dovecot run as their own users.
  chmodSync(folder, 0o755);
  const started: { stop(): Promise<void> }[] = [];
  const start = async (options: Parameters<typeof startDovecot>[0]): Promise<Dovecot> => {
    const server = await startDovecot({ listescape: true, ...options });
    started.push(server);
    return server;
  };
  const close = async (books?: Books): Promise<void> => {
    await books?.close();
    for (const server of started) await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const clients = await bundleClients(folder);
    const source = await start({});
    const target = await start({});
    const plainTarget = await start({ hide: ['MULTIAPPEND'] });
    const books = await openBooks(join(folder, 'data'));
    let users = 0;
    return {
      folder,
      source,
      target,
      plainTarget,
      books,
      clients,
      freshUser: (what) => `${what}${++users}`,
      seed(user, messages, folders, seed) {
        const manifest = writeBenchMailbox(source.mailRoot(user), { messages, folders, seed });
        source.adopt(user);
        return { messages: manifest.messages, bytes: manifest.bytes };
      },
      forget: (server, user) => rmSync(server.mailRoot(user), { recursive: true, force: true }),
      close: () => close(books),
    };
  } catch (error) {
    await close();
    throw error;
  }
}
