import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { archiveConnector } from '@sterna/connector-archive';
import { imapConnector } from '@sterna/connector-imap';
import { type Dovecot, type DovecotOptions, startDovecot, startPostgres } from '@sterna/test-servers';
import { type Bench, type Endpoint, openBench } from './direct-pass.ts';
import { differences, imapEndpoint, type MailboxTruth, maildirTruth } from './dovecot-mailbox.ts';
import { scratch } from './folders.ts';
import { type NewMail, putMail } from './put-mail.ts';

/** Two Dovecots, a database and the engine: what most engine tests run on. */
export interface EngineStage {
  readonly dir: string;
  readonly bench: Bench;
  readonly source: Dovecot;
  readonly target: Dovecot;
  /** Puts mail into the user's source mailbox. */
  put(user: string, ...mail: NewMail[]): void;
  from(user: string): Endpoint;
  to(user: string): Endpoint;
  sourceTruth(user: string): MailboxTruth;
  targetTruth(user: string): MailboxTruth;
  /** What differs between the user's mailboxes on both sides; empty where equal. */
  differences(user: string): string[];
  close(): Promise<void>;
}

export async function openEngineStage(name: string, targetOptions: DovecotOptions = {}): Promise<EngineStage> {
  const dir = scratch(name);
  // Nothing is killed here: durability would only cost time.
  const [postgres, source, target] = await Promise.all([
    startPostgres({ fsync: false }),
    startDovecot({ listescape: true }),
    startDovecot({ listescape: true, ...targetOptions }),
  ]);
  const bench = await openBench(join(dir, 'data'), [imapConnector, archiveConnector], { url: postgres.url });
  const stage: EngineStage = {
    dir,
    bench,
    source,
    target,
    put(user, ...mail) {
      for (const one of mail) putMail(source.mailRoot(user), one);
      source.adopt(user);
    },
    from: (user) => imapEndpoint(source, user),
    to: (user) => imapEndpoint(target, user),
    sourceTruth: (user) => maildirTruth(source.mailRoot(user)),
    targetTruth: (user) => maildirTruth(target.mailRoot(user)),
    differences: (user) => differences(stage.sourceTruth(user), stage.targetTruth(user)),
    async close() {
      await bench.close();
      await Promise.all([source.stop(), target.stop(), postgres.stop()]);
      rmSync(dir, { recursive: true, force: true });
    },
  };
  return stage;
}
