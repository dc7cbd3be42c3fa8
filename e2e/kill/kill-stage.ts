import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { archiveConnector } from '@sterna/connector-archive';
import { imapConnector } from '@sterna/connector-imap';
import { growSampleMailbox, type SampleManifest, writeSampleMailbox } from '@sterna/sample-mailbox';
import { type Dovecot, type Postgres, startDovecot, startPostgres } from '@sterna/test-servers';
import { expect } from 'vitest';
import { type Bench, type Endpoint, notes, openBench, pass, verifyResult } from '../support/direct-pass.ts';
import { differences, imapEndpoint, type MailboxTruth, maildirTruth } from '../support/dovecot-mailbox.ts';
import { scratch } from '../support/folders.ts';
import { expectTwins } from '../support/twins.ts';
import { bundlePassProcess } from './bundle.ts';
import { type KillReport, killLeftovers, newReport, type Stage } from './harness.ts';

export const LONG = process.env.STERNA_TEST_LONG !== undefined;
const MESSAGES = 110;
/** Small batches make many points to die at. */
const BATCH = 4;

/** What all scenarios share: a source with awkward mail, a target, a database, the bundled pass process. */
export class KillStage {
  readonly dir = scratch('kill');
  readonly report: KillReport = newReport();
  bench!: Bench;
  postgres!: Postgres;
  source!: Dovecot;
  target!: Dovecot;
  stage!: Stage;
  readonly #cleanups: (() => Promise<unknown> | unknown)[] = [];

  async open(): Promise<void> {
    let script: string;
    [this.postgres, this.source, this.target, script] = await Promise.all([
      startPostgres(),
      startDovecot({ listescape: true }),
      startDovecot({ listescape: true }),
      bundlePassProcess(this.dir),
    ]);
    const dataDir = join(this.dir, 'data');
    this.bench = await openBench(dataDir, [imapConnector, archiveConnector], { url: this.postgres.url });
    this.stage = {
      bench: this.bench,
      script,
      dataDir,
      databaseUrl: this.postgres.url,
      batch: BATCH,
      leaseSeconds: 0.5,
      report: this.report,
    };
  }

  /** Ends with the stage: servers of one scenario alone. */
  later(cleanup: () => Promise<unknown> | unknown): void {
    this.#cleanups.push(cleanup);
  }

  async close(): Promise<void> {
    killLeftovers();
    await Promise.all(this.#cleanups.map((cleanup) => cleanup()));
    await this.bench.close();
    await Promise.all([this.source.stop(), this.target.stop(), this.postgres.stop()]);
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** Awkward mail, twins and mail without Message-ID among it. What is big is slow, and has a scenario of its own. */
  seed(user: string, seed: number, messages = MESSAGES): SampleManifest {
    const root = this.source.mailRoot(user);
    const manifest = writeSampleMailbox(root, { seed, messages, size: 0 });
    expectTwins(root);
    this.source.adopt(user);
    return manifest;
  }

  /** A week-end: new, changed, moved and removed mail. */
  grow(user: string, seed: number): SampleManifest {
    const manifest = growSampleMailbox(this.source.mailRoot(user), { seed });
    this.source.adopt(user);
    return manifest;
  }

  folder(name: string): string {
    const path = join(this.dir, name);
    mkdirSync(path, { recursive: true });
    return path;
  }

  sourceTruth(user: string): MailboxTruth {
    return maildirTruth(this.source.mailRoot(user));
  }

  /** Nothing lost, nothing twice; no mark, no intent and no to-do left. */
  async expectExactlyOnce(user: string, entry: number, target = this.target): Promise<void> {
    expect(differences(this.sourceTruth(user), maildirTruth(target.mailRoot(user)))).toEqual([]);
    await this.expectNoMarks(user, target);
    await this.expectSettled(entry);
  }

  /** On every message of every folder, read from disk. */
  async expectNoMarks(user: string, target = this.target): Promise<void> {
    const marked = [...maildirTruth(target.mailRoot(user)).values()]
      .flat()
      .filter((line) => /SternaPending/.test(line));
    expect(marked).toEqual([]);
  }

  async expectSettled(entry: number): Promise<void> {
    const { rows } = await this.bench.database.pool.query(
      'select (select count(*) from intent where entry_id = $1)::int as intents, (select count(*) from todo where entry_id = $1)::int as todos',
      [entry],
    );
    expect(rows[0]).toEqual({ intents: 0, todos: 0 });
  }

  async expectVerified(entry: number): Promise<void> {
    const check = verifyResult(await pass(this.bench, entry, 'verify', { verifyDepth: 'content' }));
    expect(check).toMatchObject({ ok: true, missing: 0, duplicated: 0, different: 0, notMigrated: 0 });
    await this.expectNoSuspects(entry);
  }

  async expectNoSuspects(entry: number): Promise<void> {
    expect((await notes(this.bench, entry)).filter((note) => note.code === 'unknown-marked-copy')).toEqual([]);
  }

  from(user: string): Endpoint {
    return imapEndpoint(this.source, user);
  }
}
