import { SternaError } from './errors.ts';
import { LICENSE_TIERS, LICENSE_TYPES, type LicenseTier, type LicenseType } from './kinds.ts';

/**
 * The license ledger: four kinds of facts, only ever appended, folded to a state. A license is one unit of a grant;
 * its id is the grant's sequence number and an ordinal: `L3-17`. granted → assigned → burned; assigned but never
 * burned can be released; burned is for ever, for one entry.
 */
export type LicenseFact =
  | { readonly kind: 'grant'; readonly data: GrantData }
  | { readonly kind: 'assign'; readonly license: string; readonly entry: number; readonly data: LicenseData }
  | {
      readonly kind: 'release';
      readonly license: string;
      readonly entry: number;
      readonly data: { readonly reason: string };
    }
  | { readonly kind: 'burn'; readonly license: string; readonly entry: number; readonly data: BurnData };

export interface LicenseData {
  readonly type: LicenseType;
  readonly tier: LicenseTier;
}

export interface BurnData extends LicenseData {
  /** The trial license that this standard one upgrades in place. */
  readonly upgrades?: string;
}

export interface GrantData extends LicenseData {
  readonly quantity: number;
  readonly note?: string;
  /** The signed pack it came in. */
  readonly pack?: {
    readonly id: string;
    readonly issuer: string;
    readonly issuedAt: string;
    readonly signature: string;
  };
}

export interface LicenseBalance extends LicenseData {
  readonly granted: number;
  readonly available: number;
  readonly assigned: number;
  readonly burned: number;
}

/** More in one grant than anybody migrates; keeps ordinals and sums exact. */
export const MAX_GRANT = 1_000_000;

interface Grant extends LicenseData {
  readonly seq: number;
  readonly quantity: number;
  /** Ordinals up to here were handed out at least once. */
  used: number;
  /** Handed out and given back, smallest first. */
  returned: number[];
}

export interface HeldLicense extends LicenseData {
  readonly id: string;
  readonly burned: boolean;
}

/** Why a fact can't follow the state. */
export interface Violation {
  readonly reason:
    | 'unknown-license'
    | 'double-burn'
    | 'not-assigned'
    | 'already-assigned'
    | 'bad-grant'
    | 'pack-twice'
    | 'other-type';
  readonly words: string;
}

/** The fold of a ledger. `apply` refuses what breaks a rule, so a state always stands for a lawful ledger. */
export class LicenseState {
  #seq = 0;
  readonly #grants = new Map<number, Grant>();
  readonly #licenses = new Map<string, { entry: number; burned: boolean }>();
  readonly #entries = new Map<number, HeldLicense[]>();
  readonly #packs = new Set<string>();
  readonly #counts = new Map<string, { granted: number; assigned: number; burned: number }>();

  /** Sequence number of the last fact. */
  get seq(): number {
    return this.#seq;
  }

  clone(): LicenseState {
    const copy = new LicenseState();
    copy.#seq = this.#seq;
    for (const [seq, grant] of this.#grants) copy.#grants.set(seq, { ...grant, returned: [...grant.returned] });
    for (const [id, license] of this.#licenses) copy.#licenses.set(id, { ...license });
    for (const [entry, held] of this.#entries) copy.#entries.set(entry, [...held]);
    for (const pack of this.#packs) copy.#packs.add(pack);
    for (const [key, counts] of this.#counts) copy.#counts.set(key, { ...counts });
    return copy;
  }

  /** Why a fact can't come next; undefined where it can. */
  violation(fact: LicenseFact): Violation | undefined {
    return this.#violation(fact);
  }

  /** The fact becomes number `seq + 1`, or says why it can't and changes nothing. */
  apply(fact: LicenseFact): Violation | undefined {
    const violation = this.#violation(fact);
    if (violation !== undefined) return violation;
    this.#seq += 1;
    switch (fact.kind) {
      case 'grant': {
        const { type, tier, quantity, pack } = fact.data;
        this.#grants.set(this.#seq, { seq: this.#seq, type, tier, quantity, used: 0, returned: [] });
        if (pack !== undefined) this.#packs.add(pack.id);
        this.#count(fact.data).granted += quantity;
        break;
      }
      case 'assign': {
        const { grant, ordinal } = this.#find(fact.license) as { grant: Grant; ordinal: number };
        // Ordinals in between were skipped by whoever wrote this ledger; they stay available.
        for (let skipped = grant.used + 1; skipped < ordinal; skipped += 1) grant.returned.push(skipped);
        if (ordinal > grant.used) grant.used = ordinal;
        else grant.returned = grant.returned.filter((one) => one !== ordinal);
        this.#licenses.set(fact.license, { entry: fact.entry, burned: false });
        const { type, tier } = grant;
        this.#hold(fact.entry, [...this.licensesOf(fact.entry), { id: fact.license, type, tier, burned: false }]);
        this.#count(grant).assigned += 1;
        break;
      }
      case 'release': {
        const { grant, ordinal } = this.#find(fact.license) as { grant: Grant; ordinal: number };
        grant.returned = [...grant.returned, ordinal].sort((a, b) => a - b);
        this.#licenses.delete(fact.license);
        this.#hold(
          fact.entry,
          this.licensesOf(fact.entry).filter((held) => held.id !== fact.license),
        );
        this.#count(grant).assigned -= 1;
        break;
      }
      case 'burn': {
        const { grant } = this.#find(fact.license) as { grant: Grant; ordinal: number };
        this.#licenses.set(fact.license, { entry: fact.entry, burned: true });
        this.#hold(
          fact.entry,
          this.licensesOf(fact.entry).map((held) => (held.id === fact.license ? { ...held, burned: true } : held)),
        );
        this.#count(grant).assigned -= 1;
        this.#count(grant).burned += 1;
      }
    }
    return undefined;
  }

  #violation(fact: LicenseFact): Violation | undefined {
    if (fact.kind === 'grant') {
      const { quantity, pack, type, tier } = fact.data;
      if (!Number.isSafeInteger(quantity) || quantity < 1 || quantity > MAX_GRANT)
        return { reason: 'bad-grant', words: `a grant of ${quantity} licenses` };
      if (!LICENSE_TYPES.includes(type) || !LICENSE_TIERS.includes(tier))
        return { reason: 'bad-grant', words: `a grant of unknown licenses (${type}, ${tier})` };
      if (pack !== undefined && this.#packs.has(pack.id))
        return { reason: 'pack-twice', words: `the license pack ${pack.id} was granted before` };
      return undefined;
    }
    const found = this.#find(fact.license);
    if (found === undefined) return { reason: 'unknown-license', words: `no grant holds a license ${fact.license}` };
    const now = this.#licenses.get(fact.license);
    if (now?.burned === true)
      return fact.kind === 'burn'
        ? { reason: 'double-burn', words: `the license ${fact.license} burns a second time` }
        : { reason: 'double-burn', words: `the license ${fact.license} is burned and can't be used again` };
    if (fact.kind === 'assign') {
      if (now !== undefined)
        return { reason: 'already-assigned', words: `the license ${fact.license} is assigned to entry ${now.entry}` };
      if (found.grant.type !== fact.data.type || found.grant.tier !== fact.data.tier)
        return {
          reason: 'other-type',
          words: `the license ${fact.license} is ${found.grant.type} ${found.grant.tier}`,
        };
      if (this.licensesOf(fact.entry).some((held) => held.tier === fact.data.tier))
        return { reason: 'already-assigned', words: `entry ${fact.entry} has a ${fact.data.tier} license already` };
      return undefined;
    }
    if (now === undefined || now.entry !== fact.entry)
      return { reason: 'not-assigned', words: `the license ${fact.license} isn't assigned to entry ${fact.entry}` };
    if (fact.kind === 'burn' && (found.grant.type !== fact.data.type || found.grant.tier !== fact.data.tier))
      return { reason: 'other-type', words: `the license ${fact.license} is ${found.grant.type} ${found.grant.tier}` };
    return undefined;
  }

  #find(license: string): { grant: Grant; ordinal: number } | undefined {
    const match = /^L([1-9]\d{0,14})-([1-9]\d{0,6})$/.exec(license);
    if (match === null) return undefined;
    const grant = this.#grants.get(Number(match[1]));
    const ordinal = Number(match[2]);
    return grant !== undefined && ordinal <= grant.quantity ? { grant, ordinal } : undefined;
  }

  #hold(entry: number, held: HeldLicense[]): void {
    if (held.length === 0) this.#entries.delete(entry);
    else this.#entries.set(entry, held);
  }

  #count({ type, tier }: LicenseData): { granted: number; assigned: number; burned: number } {
    const key = `${type} ${tier}`;
    let counts = this.#counts.get(key);
    if (counts === undefined) {
      counts = { granted: 0, assigned: 0, burned: 0 };
      this.#counts.set(key, counts);
    }
    return counts;
  }

  /** Best first: burned before assigned, standard before trial. */
  licensesOf(entry: number): readonly HeldLicense[] {
    const rank = (held: HeldLicense): number => (held.burned ? 0 : 2) + (held.tier === 'standard' ? 0 : 1);
    return [...(this.#entries.get(entry) ?? [])].sort((a, b) => rank(a) - rank(b));
  }

  /** What lets an entry run: its burned license, standard before trial. */
  burnedOf(entry: number): HeldLicense | undefined {
    return this.licensesOf(entry).find((held) => held.burned);
  }

  /** Entries that hold any license, and whether one of theirs is burned. */
  holders(): ReadonlyMap<number, boolean> {
    return new Map([...this.#entries].map(([entry, held]) => [entry, held.some((one) => one.burned)]));
  }

  statusOf(license: string): 'unknown' | 'available' | 'assigned' | 'burned' {
    if (this.#find(license) === undefined) return 'unknown';
    const now = this.#licenses.get(license);
    return now === undefined ? 'available' : now.burned ? 'burned' : 'assigned';
  }

  /** The next license to hand out: oldest grant first, returned ones before new ones. */
  nextAvailable(type: LicenseType, tier: LicenseTier): string | undefined {
    for (const grant of this.#grants.values()) {
      if (grant.type !== type || grant.tier !== tier) continue;
      const ordinal = grant.returned[0] ?? (grant.used < grant.quantity ? grant.used + 1 : undefined);
      if (ordinal !== undefined) return `L${grant.seq}-${ordinal}`;
    }
    return undefined;
  }

  hasPack(packId: string): boolean {
    return this.#packs.has(packId);
  }

  balance(type: LicenseType, tier: LicenseTier): LicenseBalance {
    const { granted, assigned, burned } = this.#counts.get(`${type} ${tier}`) ?? { granted: 0, assigned: 0, burned: 0 };
    return { type, tier, granted, available: granted - assigned - burned, assigned, burned };
  }

  balances(): readonly LicenseBalance[] {
    return LICENSE_TYPES.flatMap((type) => LICENSE_TIERS.map((tier) => this.balance(type, tier)));
  }
}

/** The facts that follow from a decision, in order; or the refusal, in words for the user. */
export type Decision = readonly LicenseFact[] | SternaError;

const refuse = (code: string, message: string, fix: string): SternaError =>
  new SternaError('config', code, message, { fix });

export function decideGrant(state: LicenseState, data: GrantData): Decision {
  const violation = state.violation({ kind: 'grant', data });
  if (violation === undefined) return [{ kind: 'grant', data }];
  return violation.reason === 'pack-twice'
    ? refuse(
        'license-pack-used',
        `The license pack ${data.pack?.id} was imported before.`,
        'Each pack counts once. Ask its issuer for another.',
      )
    : refuse(
        'license-grant-invalid',
        `This grants nothing: ${violation.words}.`,
        `Grant between 1 and ${MAX_GRANT} licenses.`,
      );
}

interface Wanted {
  readonly entry: number;
  readonly type: LicenseType;
  /** Standard before trial unless asked. */
  readonly tier?: LicenseTier | undefined;
  /** Just this license. */
  readonly license?: string | undefined;
}

export function decideAssign(state: LicenseState, wanted: Wanted): Decision {
  const { entry, type } = wanted;
  const held = state.licensesOf(entry);
  const waiting = held.find((one) => !one.burned);
  const tier = wanted.tier ?? (held.some((one) => one.tier === 'trial') ? 'standard' : undefined);
  const same = held.find((one) => (tier === undefined ? true : one.tier === tier));
  if (same?.burned === true)
    return refuse(
      'license-already-burned',
      `This entry has burned its ${same.tier} license ${same.id}; it needs no other.`,
      'Start a delta pass. It costs nothing.',
    );
  if (waiting !== undefined && (same !== undefined || waiting.tier === 'standard'))
    return refuse(
      'license-already-assigned',
      `The ${waiting.tier} license ${waiting.id} is already assigned to this entry.`,
      'Start it, or release the license first.',
    );
  if (tier === 'trial' && held.some((one) => one.tier === 'standard'))
    return refuse(
      'license-already-burned',
      'This entry has a standard license; a trial one adds nothing.',
      'Start a delta pass. It costs nothing.',
    );
  if (wanted.license !== undefined) {
    const status = state.statusOf(wanted.license);
    if (status === 'burned')
      return refuse(
        'license-burned',
        `The license ${wanted.license} is burned; it stays with its entry.`,
        'Assign another one.',
      );
    if (status === 'assigned')
      return refuse(
        'license-taken',
        `The license ${wanted.license} is assigned to another entry.`,
        'Release it there, or assign another one.',
      );
    if (status === 'unknown')
      return refuse(
        'license-unknown',
        `There is no license ${wanted.license}.`,
        'Leave it out: the next one is taken.',
      );
  }
  const picked = pick(state, type, tier, wanted.license);
  if (picked === undefined) return noneLeft(state, type, tier);
  const facts: LicenseFact[] = [];
  // An assigned, unburned trial makes room for the standard one.
  if (waiting !== undefined)
    facts.push({ kind: 'release', license: waiting.id, entry, data: { reason: 'a standard license took its place' } });
  facts.push({ kind: 'assign', license: picked.id, entry, data: { type, tier: picked.tier } });
  return lawful(state, facts);
}

function pick(
  state: LicenseState,
  type: LicenseType,
  tier: LicenseTier | undefined,
  license: string | undefined,
): { id: string; tier: LicenseTier } | undefined {
  for (const candidate of tier === undefined ? LICENSE_TIERS : [tier]) {
    const id = license ?? state.nextAvailable(type, candidate);
    if (id !== undefined) return { id, tier: candidate };
  }
  return undefined;
}

function noneLeft(state: LicenseState, type: LicenseType, tier: LicenseTier | undefined): SternaError {
  const balances = (tier === undefined ? LICENSE_TIERS : [tier]).map((one) => state.balance(type, one));
  const words = balances
    .map((b) => `${b.tier}: ${b.granted} granted, ${b.burned} burned, ${b.assigned} assigned, ${b.available} left`)
    .join('; ');
  return new SternaError(
    'config',
    'license-none-left',
    `This needs 1 ${tier === undefined ? '' : `${tier} `}${type} license and none is left (${words}).`,
    {
      fix: `Grant ${type} licenses or import a license pack, or release one that is assigned to an entry that won't start.`,
      field: 'license',
      details: {
        type,
        need: 1,
        available: balances.reduce((sum, b) => sum + b.available, 0),
        assigned: balances.reduce((sum, b) => sum + b.assigned, 0),
      },
    },
  );
}

export function decideRelease(state: LicenseState, wanted: { entry: number; reason: string }): Decision {
  const held = state.licensesOf(wanted.entry);
  const waiting = held.find((one) => !one.burned);
  if (waiting !== undefined)
    return [{ kind: 'release', license: waiting.id, entry: wanted.entry, data: { reason: wanted.reason } }];
  const burned = held[0];
  return burned === undefined
    ? refuse('license-not-assigned', 'No license is assigned to this entry.', 'There is nothing to release.')
    : refuse(
        'license-burned',
        `The license ${burned.id} is burned: it was used by this entry's first start.`,
        'A burned license can’t be released. Delta passes on it are free.',
      );
}

/** A deleted entry gives back what it holds and never burned; nothing, where there is none. */
export const decideUnused = (state: LicenseState, wanted: { entry: number; reason: string }): Decision =>
  state
    .licensesOf(wanted.entry)
    .filter((held) => !held.burned)
    .map((held) => ({ kind: 'release', license: held.id, entry: wanted.entry, data: { reason: wanted.reason } }));

/**
 * What a start does to the ledger: nothing for an entry that has burned its license (a delta pass); else the assigned
 * license burns, or one is assigned from the balance and burns. `tier: 'standard'` upgrades a trial in place, and so
 * does a standard license that was assigned after the trial burned.
 */
export function decideBurn(state: LicenseState, wanted: Omit<Wanted, 'license'>): Decision {
  const { entry, type, tier } = wanted;
  const held = state.licensesOf(entry);
  const burned = held.find((one) => one.burned);
  const waiting = held.find((one) => !one.burned && (tier === undefined || one.tier === tier));
  if (burned?.tier === 'standard') return [];
  if (burned !== undefined && waiting === undefined && tier !== 'standard') return [];
  const facts: LicenseFact[] = [];
  let license = waiting === undefined ? undefined : { id: waiting.id, tier: waiting.tier };
  if (license === undefined) {
    const assigned = decideAssign(state, { entry, type, tier: tier ?? undefined });
    if (assigned instanceof SternaError) return assigned;
    facts.push(...assigned);
    const last = assigned.at(-1);
    if (last?.kind !== 'assign') throw new SternaError('bug', 'internal', 'An assignment assigned nothing.');
    license = { id: last.license, tier: last.data.tier };
  }
  const data: BurnData = { type, tier: license.tier, ...(burned === undefined ? {} : { upgrades: burned.id }) };
  return lawful(state, [...facts, { kind: 'burn', license: license.id, entry, data }]);
}

/** Decisions are checked by the same rules as ledgers; that later facts of one apply too is a tested property. */
function lawful(state: LicenseState, facts: readonly LicenseFact[]): Decision {
  const [first] = facts;
  const violation = first === undefined ? undefined : state.violation(first);
  return violation === undefined
    ? facts
    : refuse('license-refused', `The license ledger refuses this: ${violation.words}.`, 'Choose another license.');
}
