import { existsSync } from 'node:fs';
import { type Postgres, startPostgres } from '@sterna/test-servers';
import { type Database, openDatabase } from '../../src/database.ts';
import { makeDataDir } from './processes.ts';

const hasDebians = existsSync('/usr/lib/postgresql/15/bin/postgres') && process.getuid?.() === 0;

/** A server, and a way to get a database on it: a fresh one, or one of this name that was opened before. */
export interface Server {
  open(name: string): Promise<Database>;
  stop(): Promise<void>;
}

async function embedded(): Promise<Server> {
  const base = await makeDataDir();
  const owner = await openDatabase({ dataDir: base.path });
  return {
    async open(name) {
      const { rowCount } = await owner.pool.query('select from pg_database where datname = $1', [name]);
      if (rowCount === 0) await owner.pool.query(`create database ${name}`);
      return openDatabase({ url: owner.url.replace('/sterna?', `/${name}?`) });
    },
    async stop() {
      await owner.close();
      await base[Symbol.asyncDispose]();
    },
  };
}

async function debians(): Promise<Server> {
  const server: Postgres = await startPostgres();
  const urls = new Map<string, string>();
  return {
    async open(name) {
      const url = urls.get(name) ?? (await server.createDatabase(name));
      urls.set(name, url);
      return openDatabase({ url });
    },
    stop: () => server.stop(),
  };
}

/** Both that the program runs on. */
export const SERVERS = [
  { name: 'embedded PostgreSQL 18', start: embedded, isHere: true },
  { name: "Debian's PostgreSQL 15", start: debians, isHere: hasDebians },
];
