import type { components } from '../../api/schema.d.ts';

/** What the administrator says went wrong. */
export const PROBLEMS = ['missing', 'deleted', 'configuration', 'target', 'errors'] as const;
export type Problem = (typeof PROBLEMS)[number];

export type Choice = 'delta' | 'remigration' | 'verify';
export type Reason = components['schemas']['Remigration']['reason'];

/** Why a choice is recommended, as a key of the strings; the plan's own reason is shown beside it. */
export type Ground =
  | 'gone'
  | 'verifiedMissing'
  | 'verifiedFine'
  | 'newInSource'
  | 'allThere'
  | 'targetUnseen'
  | 'placed'
  | 'followsSettings'
  | 'settingsSame'
  | 'otherTarget'
  | 'openObjects'
  | 'uncertainObjects'
  | 'unfinished'
  | 'nothingOpen'
  | 'filtered'
  | 'trial'
  | 'neverStarted';

export interface Recommendation {
  readonly choice: Choice;
  readonly ground: Ground;
}

/** The reason that a remigration would be recorded with. */
export const REASON_OF: Readonly<Record<Problem, Reason>> = {
  missing: 'target content deleted',
  deleted: 'target content deleted',
  configuration: 'configuration changed',
  target: 'target changed',
  errors: 'critical errors',
};

type Plan = components['schemas']['RemigrationPlan'];

/** What the last verify found, where no pass has written since. */
export interface Verified {
  readonly missing: number;
  readonly notMigrated: number;
  readonly ok: boolean;
  /** It is of now, not of last week. */
  readonly fresh: boolean;
}

export interface Facts {
  readonly plan: {
    readonly wouldDeltaDo: Pick<Plan['wouldDeltaDo'], 'answer'>;
    readonly target: { readonly objects?: number | undefined };
    readonly books: Pick<Plan['books'], 'failed' | 'uncertain' | 'filtered'>;
    readonly drift: { readonly settings: readonly { readonly field: string }[] };
  };
  readonly status: components['schemas']['Entry']['status'];
  /** An address was given that the entry doesn't write to. */
  readonly otherTarget: boolean;
  /** It runs on a trial license, which filters what is beyond its limits. */
  readonly trial: boolean;
  readonly verified?: Verified | undefined;
}

const delta = (ground: Ground): Recommendation => ({ choice: 'delta', ground });
const verify = (ground: Ground): Recommendation => ({ choice: 'verify', ground });
const remigration = (ground: Ground): Recommendation => ({ choice: 'remigration', ground });

/**
 * A remigration costs a license and redoes everything, so it is recommended only where a delta pass, which is free,
 * can't help; and where nobody can tell, looking (verify, free as well) comes before both.
 */
export function recommend(problem: Problem, facts: Facts): Recommendation {
  if (facts.status === 'not started') return delta('neverStarted');
  if (facts.otherTarget) return remigration('otherTarget');
  if (facts.plan.wouldDeltaDo.answer === 'no') return remigration('gone');
  if ((facts.verified?.missing ?? 0) > 0) return remigration('verifiedMissing');
  if (problem === 'configuration') return byConfiguration(facts);
  // Whoever speaks of deleted content doesn't mean what never arrived.
  return (problem === 'deleted' ? undefined : byBooks(problem, facts)) ?? byVerify(problem, facts);
}

function byConfiguration({ plan }: Facts): Recommendation {
  const changed = plan.drift.settings.map((one) => one.field);
  if (changed.length === 0) return delta('settingsSame');
  return changed.some(placesObjects) ? remigration('placed') : delta('followsSettings');
}

/** A delta pass follows these only for what is new. */
const placesObjects = (field: string): boolean => field.startsWith('folders') || field === 'conflict';

/** What the books say is open, and a delta pass brings. */
function byBooks(problem: Problem, { plan, status, trial }: Facts): Recommendation | undefined {
  const { failed, uncertain, filtered } = plan.books;
  if (status === 'failed' || status === 'stopped') return delta('unfinished');
  if (failed > 0) return delta('openObjects');
  if (uncertain > 0) return verify('uncertainObjects');
  if (problem === 'missing' && filtered > 0) return delta(trial ? 'trial' : 'filtered');
  return undefined;
}

function byVerify(problem: Problem, { plan, verified }: Facts): Recommendation {
  if (verified?.fresh && verified.notMigrated > 0) return delta('newInSource');
  if (verified?.fresh && verified.ok) return delta('verifiedFine');
  if (problem === 'errors') return verify('nothingOpen');
  return verify(plan.target.objects === undefined ? 'targetUnseen' : 'allThere');
}
