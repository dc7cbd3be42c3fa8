import { connectors } from '@sterna/connectors';
import { growSampleMailbox, type SampleManifest, writeSampleMailbox } from '@sterna/sample-mailbox';
import { DirectGmail, type Google } from '@sterna/simulator-google';
import { type Dovecot, startDovecot } from '@sterna/test-servers';
import { expect } from 'vitest';
import type { Endpoint } from '../support/direct-pass.ts';
import { imapEndpoint, maildirMessages, type StoredMessage } from '../support/dovecot-mailbox.ts';
import { gmailDifferences, googleEndpoint } from '../support/google.ts';
import { startGoogle } from '../support/watched-simulators.ts';
import { BareStage } from './bare-stage.ts';

const MESSAGES = 60;
const PEOPLE = ['alice', 'bjorn', 'chloe', 'daiki', 'elena', 'farid', 'grace', 'huseyin'];

type Stored = ReadonlyMap<string, readonly StoredMessage[]>;

/** Mail from a Dovecot into mailboxes of a Google domain that outlives every process of ours. */
export class GoogleStage extends BareStage {
  source!: Dovecot;
  google!: Google;
  #people = 0;

  constructor() {
    super([...connectors.values()]);
  }

  override async open(): Promise<void> {
    [this.source, this.google] = await Promise.all([
      startDovecot({ listescape: true }),
      startGoogle({ empty: true }),
      super.open(),
    ]);
    this.later(() => this.source.stop());
    this.later(() => this.google.stop());
  }

  /** An address whose mailbox is empty. */
  person(): string {
    const name = PEOPLE[this.#people++];
    if (name === undefined) throw new Error('there are no more people');
    return `${name}@nordwind.example`;
  }

  seed(user: string, seed: number): Stored {
    writeSampleMailbox(this.source.mailRoot(user), { seed, messages: MESSAGES, size: 0 });
    this.source.adopt(user);
    return this.stored(user);
  }

  grow(user: string, seed: number): SampleManifest {
    const manifest = growSampleMailbox(this.source.mailRoot(user), { seed });
    this.source.adopt(user);
    return manifest;
  }

  stored(user: string): Stored {
    return maildirMessages(this.source.mailRoot(user));
  }

  mail(address: string): DirectGmail {
    return new DirectGmail(this.google, address);
  }

  from(user: string): Endpoint {
    return imapEndpoint(this.source, user);
  }

  to(address: string): Endpoint {
    return googleEndpoint(this.google, address);
  }

  /** Nothing lost, nothing twice, no mark left; no intent and no to-do left. */
  async expectExactlyOnce(user: string, address: string, entry: number): Promise<void> {
    expect(gmailDifferences(this.stored(user), this.mail(address), { state: false })).toEqual([]);
    const marked = this.mail(address)
      .messages()
      .filter(({ labels }) => labels.some((name) => name.startsWith('Sterna/Pending')));
    expect(marked).toEqual([]);
    await this.expectSettled(entry);
    expect(this.google.failures).toEqual([]);
  }
}
