import { canonicalJson } from './canonical-json.ts';
import { type LicenseFact, LicenseState } from './license-ledger.ts';

/** SHA-256 of UTF-8 text as 64 lower-case hex digits; core does no cryptography itself. */
export type HashText = (text: string) => string;

/** What a chain starts from. */
export const GENESIS = '0'.repeat(64);

/** A fact in its place in the chain. `at` is ISO 8601 in UTC with milliseconds. */
export type LicenseEvent = LicenseFact & {
  readonly seq: number;
  readonly actor: string;
  readonly at: string;
  readonly prevHash: string;
  readonly hash: string;
};

/** @param chain what the chain belongs to: the organization's public id. It is part of every hash. */
export function chainHash<T extends { readonly prevHash: string }>(hash: HashText, chain: string, event: T): string {
  const { hash: _, ...content } = event as T & { hash?: string };
  return hash(canonicalJson({ chain, ...content }));
}

/** Links facts behind the event that `head` names. */
export function linkFacts(
  hash: HashText,
  chain: string,
  head: { readonly seq: number; readonly hash: string },
  facts: readonly LicenseFact[],
  signed: { readonly actor: string; readonly at: string },
): readonly LicenseEvent[] {
  const events: LicenseEvent[] = [];
  let { seq, hash: prevHash } = head;
  for (const fact of facts) {
    seq += 1;
    const content = { ...fact, seq, actor: signed.actor, at: signed.at, prevHash };
    const linked = { ...content, hash: chainHash(hash, chain, content) };
    events.push(linked);
    prevHash = linked.hash;
  }
  return events;
}

export type ChainVerdict =
  | { readonly ok: true; readonly state: LicenseState; readonly head: { readonly seq: number; readonly hash: string } }
  | {
      readonly ok: false;
      /** Number of the first event that doesn't hold. */
      readonly seq: number;
      readonly reason: 'order' | 'previous-hash' | 'hash' | 'double-burn' | 'rule';
      readonly words: string;
    };

/** Order, links, hashes and rules of a whole ledger. Cutting off its end can't be seen: compare the head's hash. */
export function verifyChain(hash: HashText, chain: string, events: Iterable<LicenseEvent>): ChainVerdict {
  const state = new LicenseState();
  let prevHash = GENESIS;
  let seq = 0;
  for (const event of events) {
    seq += 1;
    if (event.seq !== seq)
      return {
        ok: false,
        seq,
        reason: 'order',
        words: `Event ${seq} is missing; number ${event.seq} is in its place.`,
      };
    if (event.prevHash !== prevHash)
      return { ok: false, seq, reason: 'previous-hash', words: `Event ${seq} doesn't follow event ${seq - 1}.` };
    if (chainHash(hash, chain, event) !== event.hash)
      return { ok: false, seq, reason: 'hash', words: `Event ${seq} was changed after it was written.` };
    const violation = state.apply(event);
    if (violation !== undefined)
      return {
        ok: false,
        seq,
        reason: violation.reason === 'double-burn' ? 'double-burn' : 'rule',
        words: `Event ${seq} breaks a rule: ${violation.words}.`,
      };
    prevHash = event.hash;
  }
  return { ok: true, state, head: { seq, hash: prevHash } };
}
