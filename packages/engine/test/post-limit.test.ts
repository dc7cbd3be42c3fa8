import { type Conversation, conversationsOf } from '@sterna/connector-kit';
import { DEFAULT_SETTINGS } from '@sterna/core';
import type { LedgerRow } from '@sterna/store';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planChange } from '../src/pass/plan-change.ts';
import { isBeyondPostLimit } from '../src/pass/post-limit.ts';

interface Post {
  readonly id: string;
  readonly replyTo: string | undefined;
}

/** A channel and its books; a pass migrates all that is planned. */
class Channel {
  readonly posts: Post[] = [];
  readonly books = new Map<string, LedgerRow>();
  #limit: number | undefined;

  begin(): void {
    this.posts.push({ id: `post ${this.posts.length}`, replyTo: undefined });
  }

  answer(which: number): void {
    const { roots } = this;
    const root = roots[which % roots.length];
    if (root !== undefined) this.posts.push({ id: `post ${this.posts.length}`, replyTo: root });
  }

  get roots(): string[] {
    return this.posts.flatMap(({ id, replyTo }) => (replyTo === undefined ? [id] : []));
  }

  pass(most: number): void {
    const decidesAnew = most !== this.#limit;
    const conversations = conversationsOf(this.posts);
    const before = new Map(this.books);
    for (const { id, replyTo } of this.posts) {
      const change = { id, version: '1', conversation: conversations.get(id) as Conversation };
      const known = before.get(id);
      const beyond = isBeyondPostLimit(change, before.get(replyTo ?? id), false, { most, decidesAnew });
      const decision = planChange(change, known, undefined, DEFAULT_SETTINGS, decidesAnew, beyond);
      if (decision.action === 'create') this.books.set(id, row('created', undefined));
      if (decision.action === 'filter') this.books.set(id, row('filtered', decision.reason));
    }
    this.#limit = most;
  }

  /** Conversations with a copy; throws where one is there in part. */
  migrated(): Set<string> {
    const found = new Set(this.roots.filter((id) => this.books.get(id)?.targetId !== undefined));
    for (const { id, replyTo } of this.posts)
      expect(this.books.get(id)?.targetId !== undefined, `${id} of ${replyTo}`).toBe(found.has(replyTo ?? id));
    return found;
  }
}

const row = (state: string, reason: string | undefined): LedgerRow =>
  ({ state, reason: reason ?? 'none', srcVersion: '1', targetId: state === 'created' ? 'copy' : undefined }) as never;

const step = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ say: 'begin' } as const) },
  { weight: 2, arbitrary: fc.nat(20).map((which) => ({ say: 'answer', which }) as const) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 5 }).map((most) => ({ say: 'pass', most }) as const) },
  { weight: 2, arbitrary: fc.constant({ say: 'pass' } as const) },
);

test('whole conversations, the newest; what began since comes, what was left behind stays until the limit is another', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 12, maxLength: 40 }), (steps) => {
      const channel = new Channel();
      let limit = 2;
      let ran: number | undefined;
      let known = 0;
      let there = new Set<string>();
      for (const one of steps) {
        if (one.say === 'begin') channel.begin();
        else if (one.say === 'answer') channel.answer(one.which);
        else {
          limit = 'most' in one ? one.most : limit;
          channel.pass(limit);
          const wanted = ran === limit ? channel.roots.slice(known) : channel.roots.slice(-limit);
          there = new Set([...there, ...wanted]);
          expect(channel.migrated()).toEqual(there);
          ran = limit;
          known = channel.roots.length;
        }
      }
    }),
    { numRuns: 500 },
  );
});
