import type { Schema } from '../../api/client.ts';

/** What the administrator says went wrong. */
export const PROBLEMS = ['missing', 'deleted', 'configuration', 'target', 'errors'] as const;
export type Problem = (typeof PROBLEMS)[number];

export type Choice = 'delta' | 'remigration' | 'verify';
export type Reason = Schema<'Remigration'>['reason'];

/** Why a choice is recommended, as a key of the strings; the plan's own reason is shown beside it. */
export type Ground =
  | 'gone'
  | 'allThere'
  | 'targetUnseen'
  | 'placed'
  | 'followsSettings'
  | 'otherTarget'
  | 'openObjects'
  | 'nothingOpen'
  | 'filtered'
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

type Plan = Pick<Schema<'RemigrationPlan'>, 'wouldDeltaDo' | 'target'>;
type Books = Pick<Schema<'Books'>, 'seen' | 'failed' | 'uncertain' | 'filtered'>;

/**
 * A remigration costs a license and redoes everything, so it is recommended only where a delta pass, which is free,
 * can't help; and where the plan can't tell, looking (verify, free as well) comes before both.
 */
export function recommend(problem: Problem, plan: Plan, books: Books): Recommendation {
  const { answer } = plan.wouldDeltaDo;
  const open = books.failed + books.uncertain;
  if (problem === 'target') return { choice: 'remigration', ground: 'otherTarget' };
  if (books.seen === 0) return { choice: 'delta', ground: 'neverStarted' };
  switch (problem) {
    case 'configuration':
      return answer === 'yes'
        ? { choice: 'delta', ground: 'followsSettings' }
        : { choice: 'remigration', ground: answer === 'no' ? 'gone' : 'placed' };
    case 'errors':
      if (answer === 'no') return { choice: 'remigration', ground: 'gone' };
      return open > 0 ? { choice: 'delta', ground: 'openObjects' } : { choice: 'verify', ground: 'nothingOpen' };
    default:
      if (answer === 'no') return { choice: 'remigration', ground: 'gone' };
      if (problem === 'missing' && open > 0) return { choice: 'delta', ground: 'openObjects' };
      if (problem === 'missing' && books.filtered > 0) return { choice: 'delta', ground: 'filtered' };
      return { choice: 'verify', ground: plan.target.objects === undefined ? 'targetUnseen' : 'allThere' };
  }
}
