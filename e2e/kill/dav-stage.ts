import { connectors } from '@sterna/connectors';
import { type Radicale, startRadicale } from '@sterna/test-servers';
import { expect } from 'vitest';
import { differences } from '../support/dovecot-mailbox.ts';
import { radicaleTruth } from '../support/radicale-mailbox.ts';
import { BareStage } from './bare-stage.ts';

const USERS = 60;

/** What the scenarios of calendars, contacts and tasks share: two Radicales with as many users as they like. */
export class DavStage extends BareStage {
  source!: Radicale;
  target!: Radicale;
  #users = 0;

  constructor() {
    super([...connectors.values()]);
  }

  override async open(): Promise<void> {
    [this.source, this.target] = await Promise.all([this.server(), this.server(), super.open()]);
  }

  /** A server that ends with the stage, with all users. */
  async server(): Promise<Radicale> {
    const server = await startRadicale({ users: Array.from({ length: USERS }, (_, i) => `u${i}`) });
    this.later(() => server.stop());
    return server;
  }

  /** A name of its own, on both sides. */
  user(): string {
    if (this.#users >= USERS) throw new Error('there are no more users');
    return `u${this.#users++}`;
  }

  /** Nothing lost, nothing twice; no intent and no to-do left. */
  async expectExactlyOnce(user: string, entry: number, target = this.target): Promise<void> {
    expect(differences(radicaleTruth(this.source, user), radicaleTruth(target, user))).toEqual([]);
    await this.expectSettled(entry);
  }
}
