import { VirtualClock } from '@sterna/simulator-kit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Mailbox } from '../../src/gmail/mailbox.ts';
import type { User } from '../../src/state/domain.ts';
import { mime } from './support.ts';

const USER = { id: '1', primaryEmail: 'a@b.example', givenName: 'A', familyName: 'B' } as User;
const LABELS = ['INBOX', 'UNREAD', 'STARRED', 'TRASH', 'SPAM'];

type Step =
  | { readonly do: 'add'; readonly labels: readonly string[]; readonly answers: number | undefined }
  | { readonly do: 'modify'; readonly at: number; readonly add: readonly string[]; readonly remove: readonly string[] }
  | { readonly do: 'remove'; readonly at: number };

const labels = fc.subarray(LABELS);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('add' as const), labels, answers: fc.option(fc.nat(9), { nil: undefined }) }),
    fc.record({ do: fc.constant('modify' as const), at: fc.nat(9), add: labels, remove: labels }),
    fc.record({ do: fc.constant('remove' as const), at: fc.nat(9) }),
  ),
  { maxLength: 40 },
);

function take(mailbox: Mailbox, step: Step, serial: number): void {
  const messages = [...mailbox.messages.values()];
  if (step.do === 'add') {
    const answered = step.answers === undefined ? undefined : messages[step.answers]?.index.messageId;
    const references = answered === undefined ? {} : { references: `<${answered}>` };
    const raw = mime({ id: `${serial}@x`, ...references });
    mailbox.add({ raw, labels: step.labels, internalDate: serial % 7, byReferences: true });
    return;
  }
  const message = messages[step.at];
  if (message === undefined) return;
  if (step.do === 'remove') mailbox.remove(message);
  else mailbox.modify(message, step.add, step.remove);
}

const stateOf = (mailbox: Mailbox) =>
  new Map([...mailbox.messages.values()].map(({ id, labels: own }) => [id, [...own].sort()]));

test('whoever applies the history to what was there has what is there', () => {
  fc.assert(
    fc.property(steps, steps, (before, after) => {
      const mailbox = new Mailbox(USER, new VirtualClock());
      before.forEach((step, at) => {
        take(mailbox, step, at);
      });
      const copy = stateOf(mailbox);
      const start = mailbox.history.last;
      after.forEach((step, at) => {
        take(mailbox, step, before.length + at);
      });
      let last = start;
      for (const record of mailbox.history.after(start)) {
        expect(record.id).toBeGreaterThan(last);
        last = record.id;
        const known = copy.get(record.messageId) ?? [];
        if (record.deleted) copy.delete(record.messageId);
        else if (record.added) copy.set(record.messageId, [...record.labels].sort());
        else {
          const kept = known.filter((id) => !record.labelsRemoved.includes(id));
          copy.set(record.messageId, [...new Set([...kept, ...record.labelsAdded])].sort());
        }
      }
      expect(copy).toEqual(stateOf(mailbox));
      expect(mailbox.history.last).toBe(last);
    }),
  );
});

test('every message is in one conversation, newest first in lists, with an id of its own that grows', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const mailbox = new Mailbox(USER, new VirtualClock());
      all.forEach((step, at) => {
        take(mailbox, step, at);
      });
      const ids = [...mailbox.messages.keys()];
      expect(ids).toEqual(ids.toSorted());
      expect([...mailbox.threadIds].flatMap((id) => mailbox.thread(id).map((message) => message.id)).sort()).toEqual(
        ids,
      );
      const dates = mailbox.sorted.map(({ internalDate }) => internalDate);
      expect(dates).toEqual(dates.toSorted((a, b) => b - a));
      for (const { index, id } of mailbox.sorted) {
        expect(mailbox.withMessageId(index.messageId as string).map((message) => message.id)).toContain(id);
      }
    }),
  );
});
