import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Decision,
  decideAssign,
  decideBurn,
  decideGrant,
  decideRelease,
  decideUnused,
  GENESIS,
  LICENSE_TIERS,
  type LicenseEvent,
  type LicenseFact,
  LicenseState,
  linkFacts,
  SternaError,
  verifyChain,
} from '../src/index.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const CHAIN = '7c0f6bd0-0000-4000-8000-000000000001';

/** What a person, or two at once, may try, in any order. */
type Command =
  | { do: 'grant'; tier: 'standard' | 'trial'; quantity: number }
  | { do: 'assign' | 'start'; entry: number; tier: 'standard' | 'trial' | undefined }
  | { do: 'release' | 'delete' | 'recreate'; entry: number }
  | { do: 'start-twice'; entry: number };

const tier = fc.constantFrom('standard' as const, 'trial' as const);
const entry = fc.integer({ min: 0, max: 3 });
const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ do: fc.constant('grant' as const), tier, quantity: fc.integer({ min: 1, max: 3 }) }),
  fc.record({
    do: fc.constantFrom('assign' as const, 'start' as const),
    entry,
    tier: fc.option(tier, { nil: undefined }),
  }),
  fc.record({ do: fc.constantFrom('release' as const, 'delete' as const, 'recreate' as const), entry }),
  fc.record({ do: fc.constant('start-twice' as const), entry }),
);

/** The application in miniature: entries that live, are archived and start; a ledger that only grows. */
class Model {
  readonly state = new LicenseState();
  readonly facts: LicenseFact[] = [];
  readonly slots = [1, 2, 3, 4];
  readonly archived = new Set<number>();
  readonly started: number[] = [];
  nextEntry = 5;

  record(decision: Decision): boolean {
    if (decision instanceof SternaError) return false;
    for (const fact of decision) {
      expect(this.state.apply(fact)).toBeUndefined();
      this.facts.push(fact);
    }
    return true;
  }

  start(id: number, tier?: 'standard' | 'trial'): void {
    if (this.archived.has(id)) return;
    if (!this.record(decideBurn(this.state, { entry: id, type: 'mail', tier }))) return;
    this.started.push(id);
    expect(this.state.burnedOf(id)).toBeDefined();
  }

  run(command: Command): void {
    if (command.do === 'grant') {
      const { tier, quantity } = command;
      this.record(decideGrant(this.state, { type: 'mail', tier, quantity }));
      return;
    }
    const id = this.slots[command.entry] as number;
    switch (command.do) {
      case 'assign':
        if (!this.archived.has(id))
          this.record(decideAssign(this.state, { entry: id, type: 'mail', tier: command.tier }));
        break;
      case 'start':
        this.start(id, command.tier);
        break;
      case 'start-twice': {
        // Serialized by the ledger's lock: the second decides on what the first left.
        const before = this.state.balance('mail', 'standard').burned + this.state.balance('mail', 'trial').burned;
        this.start(id);
        this.start(id);
        const after = this.state.balance('mail', 'standard').burned + this.state.balance('mail', 'trial').burned;
        expect(after - before).toBeLessThanOrEqual(1);
        break;
      }
      case 'release':
        this.record(decideRelease(this.state, { entry: id, reason: 'test' }));
        break;
      case 'delete':
        this.record(decideUnused(this.state, { entry: id, reason: 'deleted' }));
        this.archived.add(id);
        break;
      case 'recreate':
        if (!this.archived.has(id)) break;
        this.slots[command.entry] = this.nextEntry;
        expect(this.state.licensesOf(this.nextEntry)).toEqual([]);
        this.nextEntry += 1;
    }
  }
}

describe('license ledger', () => {
  it('never burns a license twice, never runs an entry unburned, and its balance is the fold', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
        const model = new Model();
        for (const one of commands) {
          model.run(one);
          const burned = model.facts.filter((fact) => fact.kind === 'burn');
          const licenses = burned.map((fact) => fact.license);
          expect(new Set(licenses).size).toBe(licenses.length);
          expect(new Set(burned.map((fact) => `${fact.entry} ${fact.data.tier}`)).size).toBe(burned.length);
          for (const id of model.started) expect(burned.some((fact) => fact.entry === id)).toBe(true);
        }
        // Counted by hand from the facts, not by the fold's own counters.
        for (const tier of LICENSE_TIERS) {
          let granted = 0;
          let assigned = 0;
          let burned = 0;
          const tierOf = new Map<string, string>();
          for (const fact of model.facts) {
            if (fact.kind === 'grant') granted += fact.data.tier === tier ? fact.data.quantity : 0;
            else if (fact.kind === 'release') assigned -= tierOf.get(fact.license) === tier ? 1 : 0;
            else {
              tierOf.set(fact.license, fact.data.tier);
              const mine = fact.data.tier === tier ? 1 : 0;
              assigned += fact.kind === 'assign' ? mine : -mine;
              burned += fact.kind === 'burn' ? mine : 0;
            }
          }
          const balance = model.state.balance('mail', tier);
          expect(balance).toEqual({
            type: 'mail',
            tier,
            granted,
            assigned,
            burned,
            available: granted - assigned - burned,
          });
          expect(balance.available).toBeGreaterThanOrEqual(0);
          expect(model.state.nextAvailable('mail', tier) === undefined).toBe(balance.available === 0);
        }
        const refolded = new LicenseState();
        for (const fact of model.facts) expect(refolded.apply(fact)).toBeUndefined();
        expect(refolded.balances()).toEqual(model.state.balances());
      }),
      { numRuns: 400 },
    );
  });

  const grant = (state: LicenseState, tier: 'standard' | 'trial', quantity: number): void => {
    expect(state.apply({ kind: 'grant', data: { type: 'mail', tier, quantity } })).toBeUndefined();
  };
  const take = (state: LicenseState, decision: Decision): readonly LicenseFact[] => {
    if (decision instanceof SternaError) throw decision;
    for (const fact of decision) expect(state.apply(fact)).toBeUndefined();
    return decision;
  };
  const code = (decision: Decision): string => (decision instanceof SternaError ? decision.code : 'none');

  it('takes a standard license before a trial one, unless asked', () => {
    const state = new LicenseState();
    grant(state, 'trial', 1);
    grant(state, 'standard', 1);
    expect(take(state, decideBurn(state, { entry: 1, type: 'mail' }))).toMatchObject([
      { kind: 'assign', license: 'L2-1' },
      { kind: 'burn', license: 'L2-1', data: { tier: 'standard' } },
    ]);
    expect(take(state, decideBurn(state, { entry: 1, type: 'mail' }))).toEqual([]);
    expect(take(state, decideBurn(state, { entry: 2, type: 'mail', tier: 'trial' }))).toMatchObject([
      { kind: 'assign', license: 'L1-1' },
      { kind: 'burn' },
    ]);
  });

  it('upgrades a burned trial in place by burning a standard license', () => {
    const state = new LicenseState();
    grant(state, 'trial', 1);
    take(state, decideBurn(state, { entry: 1, type: 'mail' }));
    expect(code(decideBurn(state, { entry: 1, type: 'mail', tier: 'standard' }))).toBe('license-none-left');
    grant(state, 'standard', 1);
    expect(take(state, decideBurn(state, { entry: 1, type: 'mail' }))).toEqual([]);
    expect(take(state, decideBurn(state, { entry: 1, type: 'mail', tier: 'standard' }))).toMatchObject([
      { kind: 'assign', license: 'L4-1' },
      { kind: 'burn', license: 'L4-1', data: { tier: 'standard', upgrades: 'L1-1' } },
    ]);
    expect(state.burnedOf(1)?.tier).toBe('standard');
    // Asked for once more, or for the trial again, it costs nothing.
    grant(state, 'standard', 1);
    expect(decideBurn(state, { entry: 1, type: 'mail', tier: 'standard' })).toEqual([]);
    expect(decideBurn(state, { entry: 1, type: 'mail', tier: 'trial' })).toEqual([]);
    expect(state.balance('mail', 'standard').burned).toBe(1);
  });

  it('refuses what the trade refuses, with words', () => {
    const state = new LicenseState();
    const none = decideAssign(state, { entry: 1, type: 'mail' });
    expect(none).toMatchObject({ code: 'license-none-left', details: { type: 'mail', need: 1, available: 0 } });
    expect(none instanceof SternaError && none.fix).toContain('Grant mail licenses');
    grant(state, 'standard', 2);
    take(state, decideBurn(state, { entry: 1, type: 'mail' }));
    expect(code(decideAssign(state, { entry: 1, type: 'mail' }))).toBe('license-already-burned');
    expect(code(decideAssign(state, { entry: 2, type: 'mail', license: 'L1-1' }))).toBe('license-burned');
    expect(code(decideAssign(state, { entry: 2, type: 'mail', license: 'L1-9' }))).toBe('license-unknown');
    expect(code(decideRelease(state, { entry: 1, reason: '' }))).toBe('license-burned');
    expect(code(decideRelease(state, { entry: 2, reason: '' }))).toBe('license-not-assigned');
    take(state, decideAssign(state, { entry: 2, type: 'mail' }));
    expect(code(decideAssign(state, { entry: 2, type: 'mail' }))).toBe('license-already-assigned');
    expect(code(decideAssign(state, { entry: 3, type: 'mail', license: 'L1-2' }))).toBe('license-taken');
    expect(code(decideAssign(state, { entry: 3, type: 'file' }))).toBe('license-none-left');
    expect(code(decideGrant(state, { type: 'mail', tier: 'standard', quantity: 0 }))).toBe('license-grant-invalid');
  });

  it('hands a released license out again, and only once', () => {
    const state = new LicenseState();
    grant(state, 'standard', 1);
    take(state, decideAssign(state, { entry: 1, type: 'mail' }));
    take(state, decideRelease(state, { entry: 1, reason: '' }));
    take(state, decideBurn(state, { entry: 2, type: 'mail' }));
    expect(state.statusOf('L1-1')).toBe('burned');
    expect(state.nextAvailable('mail', 'standard')).toBeUndefined();
  });
});

describe('license chain', () => {
  const signed = { actor: 'owner@example.org', at: '2026-01-02T03:04:05.006Z' };
  const data = { type: 'mail', tier: 'standard' } as const;
  const facts: LicenseFact[] = [
    { kind: 'grant', data: { ...data, quantity: 2 } },
    { kind: 'assign', license: 'L1-1', entry: 1, data },
    { kind: 'burn', license: 'L1-1', entry: 1, data },
    { kind: 'assign', license: 'L1-2', entry: 2, data },
    { kind: 'release', license: 'L1-2', entry: 2, data: { reason: 'test' } },
  ];
  const link = (list: readonly LicenseFact[]): LicenseEvent[] => [
    ...linkFacts(sha256, CHAIN, { seq: 0, hash: GENESIS }, list, signed),
  ];

  it('verifies, whatever the order of members, and is bound to its organization', () => {
    const events = link(facts);
    const shuffled = events.map(
      (event) => Object.fromEntries(Object.entries(event).reverse()) as unknown as LicenseEvent,
    );
    expect(verifyChain(sha256, CHAIN, shuffled)).toMatchObject({ ok: true, head: { seq: 5 } });
    expect(verifyChain(sha256, 'another', events)).toMatchObject({ ok: false, seq: 1, reason: 'hash' });
  });

  it('names the first broken event for any change of any member', () => {
    fc.assert(
      fc.property(fc.nat(4), fc.constantFrom('actor', 'at', 'license', 'entry', 'data', 'hash'), (index, member) => {
        const events = link(facts).map((event) => ({ ...event })) as Record<string, unknown>[];
        const victim = events[index] as Record<string, unknown>;
        victim[member] = member === 'data' ? { ...(victim.data as object), more: 1 } : `${String(victim[member])}0`;
        expect(verifyChain(sha256, CHAIN, events as never)).toMatchObject({
          ok: false,
          seq: index + 1,
          reason: 'hash',
        });
      }),
    );
  });

  it('sees gaps, swaps and rewritten links', () => {
    const events = link(facts);
    expect(
      verifyChain(
        sha256,
        CHAIN,
        events.filter((event) => event.seq !== 2),
      ),
    ).toMatchObject({ seq: 2, reason: 'order' });
    const swapped = [...events];
    [swapped[2], swapped[3]] = [events[3] as LicenseEvent, events[2] as LicenseEvent];
    expect(verifyChain(sha256, CHAIN, swapped)).toMatchObject({ seq: 3, reason: 'order' });
    const forged = link(facts.slice(0, 2)).concat(
      linkFacts(sha256, CHAIN, { seq: 2, hash: 'f'.repeat(64) }, facts.slice(2), signed),
    );
    expect(verifyChain(sha256, CHAIN, forged)).toMatchObject({ seq: 3, reason: 'previous-hash' });
  });

  it('sees a rule broken under correct hashes: a second burn, a stranger’s release', () => {
    const twice = link([...facts.slice(0, 3), { kind: 'burn', license: 'L1-1', entry: 1, data }]);
    expect(verifyChain(sha256, CHAIN, twice)).toMatchObject({ ok: false, seq: 4, reason: 'double-burn' });
    const reused = link([...facts.slice(0, 3), { kind: 'assign', license: 'L1-1', entry: 9, data }]);
    expect(verifyChain(sha256, CHAIN, reused)).toMatchObject({ ok: false, seq: 4, reason: 'double-burn' });
    const foreign = link([...facts.slice(0, 2), { kind: 'release', license: 'L1-1', entry: 7, data: { reason: '' } }]);
    expect(verifyChain(sha256, CHAIN, foreign)).toMatchObject({ ok: false, seq: 3, reason: 'rule' });
    const beyond = link([facts[0] as LicenseFact, { kind: 'assign', license: 'L1-3', entry: 1, data }]);
    expect(verifyChain(sha256, CHAIN, beyond)).toMatchObject({ ok: false, seq: 2, reason: 'rule' });
  });
});
