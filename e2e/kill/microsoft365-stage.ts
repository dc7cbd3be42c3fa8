import { connectors } from '@sterna/connectors';
import { growSampleMailbox, type SampleManifest, writeSampleMailbox } from '@sterna/sample-mailbox';
import { DirectMail, type Microsoft365 } from '@sterna/simulator-microsoft365';
import { type Dovecot, startDovecot } from '@sterna/test-servers';
import { expect } from 'vitest';
import type { Endpoint } from '../support/direct-pass.ts';
import { imapEndpoint, maildirMessages, type StoredMessage } from '../support/dovecot-mailbox.ts';
import { mailDifferences, microsoft365Endpoint } from '../support/microsoft365.ts';
import { startMicrosoft365 } from '../support/watched-simulators.ts';
import { BareStage } from './bare-stage.ts';

const MESSAGES = 60;
const PEOPLE = ['alice', 'bjorn', 'chloe', 'daiki', 'elena', 'farid', 'grace', 'huseyin', 'ines', 'jamal'];

type Stored = ReadonlyMap<string, readonly StoredMessage[]>;

/** Mail from a Dovecot into mailboxes of a tenant that outlives every process of ours. */
export class Microsoft365Stage extends BareStage {
  source!: Dovecot;
  tenant!: Microsoft365;
  #people = 0;

  constructor() {
    super([...connectors.values()]);
  }

  override async open(): Promise<void> {
    [this.source, this.tenant] = await Promise.all([
      startDovecot({ listescape: true }),
      startMicrosoft365({ empty: true }),
      super.open(),
    ]);
    this.later(() => this.source.stop());
    this.later(() => this.tenant.stop());
  }

  /** An address whose mailbox is empty. */
  person(): string {
    const name = PEOPLE[this.#people++];
    if (name === undefined) throw new Error('there are no more people');
    return `${name}@contoso.example`;
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

  mail(address: string): DirectMail {
    return new DirectMail(this.tenant, address);
  }

  from(user: string): Endpoint {
    return imapEndpoint(this.source, user);
  }

  to(address: string): Endpoint {
    return microsoft365Endpoint(this.tenant, address);
  }

  /** Nothing lost, nothing twice, nothing half written; no intent and no to-do left. */
  async expectExactlyOnce(user: string, address: string, entry: number, earlier?: Stored): Promise<void> {
    expect(await mailDifferences(this.stored(user), this.mail(address), earlier)).toEqual([]);
    await this.expectSettled(entry);
    expect(this.tenant.failures).toEqual([]);
  }
}
