import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AuditChain, type AuditEvent, chainHash, GENESIS } from '../src/index.ts';

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
const CHAIN = 'organization';

function trail(acts: readonly { action: string; subject: string; data: unknown }[]): AuditEvent[] {
  let prevHash = GENESIS;
  return acts.map((act, i) => {
    const content = { ...act, seq: i + 1, actor: 'ada', at: '2026-01-01T00:00:00.000Z', prevHash };
    prevHash = chainHash(hash, CHAIN, content);
    return { ...content, hash: prevHash };
  });
}

const verdict = (events: readonly AuditEvent[], chain = CHAIN) => {
  const book = new AuditChain(hash, chain);
  for (const event of events) if (!book.follow(event)) break;
  return book.verdict();
};

const acts = fc.array(fc.record({ action: fc.string(), subject: fc.string(), data: fc.jsonValue() }), {
  minLength: 1,
  maxLength: 12,
});

test('a trail holds as it was written, and in no other organization', () => {
  fc.assert(
    fc.property(acts, (some) => {
      const events = trail(some);
      expect(verdict(events)).toEqual({ ok: true, events: events.length, head: events.at(-1)?.hash });
      expect(verdict(events, 'another')).toMatchObject({ ok: false, seq: 1 });
    }),
  );
});

test('an event that was changed, left out, put elsewhere or put in is named by its number', () => {
  fc.assert(
    fc.property(acts, fc.nat(), (some, n) => {
      const events = trail(some);
      const at = n % events.length;
      const one = events[at] as AuditEvent;
      const seq = at + 1;
      expect(verdict(events.with(at, { ...one, actor: 'eve' }))).toMatchObject({ ok: false, seq });
      expect(verdict(events.with(at, { ...one, data: { was: one.data } }))).toMatchObject({ ok: false, seq });
      // Hashed anew by somebody who has the program: what follows doesn't fit.
      const forged = { ...one, action: `${one.action}!` };
      const rehashed = events.with(at, { ...forged, hash: chainHash(hash, CHAIN, forged) });
      if (seq < events.length) expect(verdict(rehashed)).toMatchObject({ ok: false, seq: seq + 1 });
      if (seq < events.length) expect(verdict(events.toSpliced(at, 1))).toMatchObject({ ok: false, seq });
      expect(verdict(events.toSpliced(at, 0, one))).toMatchObject({ ok: false, seq: seq + 1 });
    }),
  );
});
