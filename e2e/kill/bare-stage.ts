import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Connector } from '@sterna/connector-kit';
import { type Postgres, startPostgres } from '@sterna/test-servers';
import { expect } from 'vitest';
import { type Bench, notes, openBench, pass, verifyResult } from '../support/direct-pass.ts';
import { scratch } from '../support/folders.ts';
import { bundlePassProcess } from './bundle.ts';
import { type KillReport, killLeftovers, newReport, type Stage } from './harness.ts';

export const LONG = process.env.STERNA_TEST_LONG !== undefined;
/** Small batches make many points to die at. */
const BATCH = 4;

/** What all kill scenarios share, whatever they migrate: a database, the bundled pass process, and what must hold in the end. */
export class BareStage {
  readonly dir = scratch('kill');
  readonly report: KillReport = newReport();
  bench!: Bench;
  postgres!: Postgres;
  stage!: Stage;
  readonly #connectors: readonly Connector[];
  readonly #used = new Set<string>();
  readonly #cleanups: (() => Promise<unknown> | unknown)[] = [];

  constructor(connectors: readonly Connector[]) {
    this.#connectors = connectors;
  }

  async open(): Promise<void> {
    // What is killed here is killed by signal, which takes nothing away that the system has been handed.
    const [postgres, script] = await Promise.all([startPostgres({ fsync: false }), bundlePassProcess(this.dir)]);
    this.postgres = postgres;
    const dataDir = join(this.dir, 'data');
    this.bench = await openBench(dataDir, this.#connectors, { url: postgres.url });
    this.stage = {
      bench: this.bench,
      script,
      dataDir,
      databaseUrl: postgres.url,
      batch: BATCH,
      leaseSeconds: 0.5,
      report: this.report,
    };
  }

  /** An account that nobody has used: also when a scenario is tried a second time. */
  fresh(user: string): string {
    const name = this.#used.has(user) ? `${user}-${this.#used.size}` : user;
    this.#used.add(name);
    return name;
  }

  /** Ends with the stage: servers of one scenario alone. */
  later(cleanup: () => Promise<unknown> | unknown): void {
    this.#cleanups.push(cleanup);
  }

  async close(): Promise<void> {
    killLeftovers();
    await Promise.all(this.#cleanups.map((cleanup) => cleanup()));
    await this.bench?.close();
    await this.postgres?.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }

  folder(name: string): string {
    const path = join(this.dir, name);
    mkdirSync(path, { recursive: true });
    return path;
  }

  async expectSettled(entry: number, bench = this.bench): Promise<void> {
    const { rows } = await bench.database.pool.query(
      'select (select count(*) from intent where entry_id = $1)::int as intents, (select count(*) from todo where entry_id = $1)::int as todos',
      [entry],
    );
    expect(rows[0]).toEqual({ intents: 0, todos: 0 });
  }

  async expectVerified(entry: number): Promise<void> {
    const check = verifyResult(await pass(this.bench, entry, 'verify', { verifyDepth: 'content' }));
    if (!check.ok) console.log(JSON.stringify((await notes(this.bench, entry)).slice(-5)));
    expect(check).toMatchObject({ ok: true, missing: 0, duplicated: 0, different: 0, notMigrated: 0 });
    await this.expectNoSuspects(entry);
  }

  async expectNoSuspects(entry: number): Promise<void> {
    expect((await notes(this.bench, entry)).filter((note) => note.code === 'unknown-marked-copy')).toEqual([]);
  }
}
