import type { components } from '../../api/schema.d.ts';

export type Remigration = components['schemas']['Remigration'];
export type RecordedStep = Remigration['steps'][number];

export const FLOW = ['reason', 'backup', 'target', 'confirm', 'recreate', 'start', 'verify', 'done'] as const;
export type FlowStep = (typeof FLOW)[number];

export interface StepView {
  readonly step: FlowStep;
  readonly state: 'done' | 'now' | 'later' | 'skipped';
  readonly records: readonly RecordedStep[];
  /** It may be chosen otherwise, although it is done: nothing has been removed or made since. */
  readonly canChange: boolean;
}

const CHANGEABLE: Readonly<Partial<Record<FlowStep, readonly Remigration['step'][]>>> = {
  backup: ['target', 'confirm'],
  target: ['confirm', 'recreate'],
};

/** Where the flow stands, step by step, from what the server has recorded. */
export function stepsOf(remigration: Remigration): readonly StepView[] {
  const { step: current, steps, waitingFor, endedAt } = remigration;
  const of = (step: FlowStep): readonly RecordedStep[] => steps.filter((one) => one.of === step);
  const isResting = endedAt === undefined && waitingFor === undefined;
  const at = (FLOW as readonly string[]).indexOf(current);
  return FLOW.map((step, i) => {
    const records = of(step);
    const state =
      current === 'cancelled'
        ? records.length > 0
          ? 'done'
          : 'later'
        : i > at
          ? 'later'
          : isSkipped(step, steps)
            ? 'skipped'
            : i < at || current === 'done'
              ? 'done'
              : 'now';
    return { step, state, records, canChange: isResting && (CHANGEABLE[step]?.includes(current) ?? false) };
  });
}

function isSkipped(step: FlowStep, steps: readonly RecordedStep[]): boolean {
  if (step === 'confirm') return steps.findLast((one) => one.of === 'target')?.step.startsWith('target kept') === true;
  return step === 'verify' && steps.some((one) => one.step === 'verify skipped');
}

/** The pass that a step queued last. */
export const passOf = (remigration: Remigration, step: FlowStep): number | undefined =>
  remigration.steps.findLast((one) => one.of === step && one.passId !== undefined)?.passId;
