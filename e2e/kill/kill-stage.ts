import { archiveConnector } from '@sterna/connector-archive';
import { imapConnector } from '@sterna/connector-imap';
import { growSampleMailbox, type SampleManifest, writeSampleMailbox } from '@sterna/sample-mailbox';
import { type Dovecot, startDovecot } from '@sterna/test-servers';
import { expect } from 'vitest';
import type { Endpoint } from '../support/direct-pass.ts';
import { differences, imapEndpoint, type MailboxTruth, maildirTruth } from '../support/dovecot-mailbox.ts';
import { expectTwins } from '../support/twins.ts';
import { BareStage } from './bare-stage.ts';

export { LONG } from './bare-stage.ts';

const MESSAGES = 110;

/** What all scenarios of mail share: a source with awkward mail, and a target. */
export class KillStage extends BareStage {
  source!: Dovecot;
  target!: Dovecot;

  constructor() {
    super([imapConnector, archiveConnector]);
  }

  override async open(): Promise<void> {
    const start = async (): Promise<Dovecot> => {
      const server = await startDovecot({ listescape: true });
      this.later(() => server.stop());
      return server;
    };
    [this.source, this.target] = await Promise.all([start(), start(), super.open()]);
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

  sourceTruth(user: string): MailboxTruth {
    return maildirTruth(this.source.mailRoot(user));
  }

  /** Nothing lost, nothing twice; no mark, no intent and no to-do left. */
  async expectExactlyOnce(user: string, entry: number, target = this.target, bench = this.bench): Promise<void> {
    expect(differences(this.sourceTruth(user), maildirTruth(target.mailRoot(user)))).toEqual([]);
    await this.expectNoMarks(user, target);
    await this.expectSettled(entry, bench);
  }

  /** On every message of every folder, read from disk. */
  async expectNoMarks(user: string, target = this.target): Promise<void> {
    const marked = [...maildirTruth(target.mailRoot(user)).values()]
      .flat()
      .filter((line) => /SternaPending/.test(line));
    expect(marked).toEqual([]);
  }

  from(user: string): Endpoint {
    return imapEndpoint(this.source, user);
  }
}
