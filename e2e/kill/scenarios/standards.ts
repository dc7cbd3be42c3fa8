import { writeSampleMailbox } from '@sterna/sample-mailbox';
import { startDovecot } from '@sterna/test-servers';
import { expect, test } from 'vitest';
import { addEntry, type Endpoint } from '../../support/direct-pass.ts';
import { differences, maildirTruth } from '../../support/dovecot-mailbox.ts';
import { DavSource } from '../../support/radicale-mailbox.ts';
import type { DavStage } from '../dav-stage.ts';
import { passWithKills } from '../harness.ts';
import { FIRST_PASS } from './collections.ts';

const EVENTS = 8;
const CARDS = 6;

/** Mail, calendars and contacts of one mailbox, three servers on each side, in one pass that dies again and again. */
export function wholeMailboxKilled(kill: DavStage): void {
  test.concurrent('a whole mailbox, mail, calendars and contacts', async () => {
    const [from, to] = await Promise.all([startDovecot({ listescape: true }), startDovecot({ listescape: true })]);
    kill.later(() => Promise.all([from.stop(), to.stop()]));
    const user = kill.user();
    writeSampleMailbox(from.mailRoot(user), { seed: 8_000, messages: 40, size: 0 });
    from.adopt(user);
    const calendars = new DavSource(kill.source, user, 'event');
    await calendars.make(['Work'], EVENTS);
    const cards = new DavSource(kill.source, user, 'contact');
    await cards.dav.makeAddressBook('people/', 'People');
    for (let n = 0; n < CARDS; n += 1)
      await cards.dav.put(
        `people/${n}.vcf`,
        `BEGIN:VCARD\r\nVERSION:3.0\r\nUID:p${n}\r\nFN:P ${n}\r\nN:P;;;;\r\nEND:VCARD\r\n`,
      );
    const end = (imap: { host: string; port: number }, dav: { url: string }): Endpoint => ({
      connector: 'standards',
      settings: {
        imap: { host: imap.host, port: imap.port, tls: 'none' },
        caldav: { url: dav.url },
        carddav: { url: dav.url },
      },
      address: user,
      password: 'pw',
    });
    const entry = await addEntry(kill.bench, end(from, kill.source), end(to, kill.target));
    const outcome = await passWithKills(kill.stage, entry, 'initial', [
      ...FIRST_PASS,
      { at: 'after-acknowledgement', nth: 6 },
      { at: 'during-recovery', nth: 1 },
      { at: 'before-close', nth: 1 },
    ]);
    expect(outcome).toMatchObject({ status: 'completed', error: null, books: { balanced: true } });
    expect(outcome.books.kinds).toMatchObject({
      event: { seen: EVENTS, created: EVENTS },
      contact: { seen: CARDS, created: CARDS },
    });
    expect(differences(maildirTruth(from.mailRoot(user)), maildirTruth(to.mailRoot(user)))).toEqual([]);
    await kill.expectExactlyOnce(user, entry);
    await kill.expectVerified(entry);
  }, 600_000);
}
