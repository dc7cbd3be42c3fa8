import type { Schema } from '../../api/client.ts';
import { type GuideSearch, STEPS, type Step } from './search.ts';

type System = Schema<'System'>;
type Project = Schema<'Project'>;

/** How far the installation is: nothing of it is remembered, so that it is the same in any browser. */
export interface GuideState {
  readonly source: System | undefined;
  readonly target: System | undefined;
  readonly project: Project | undefined;
  readonly done: Readonly<Record<Step, boolean>>;
  /** The one to show: asked for, or the first that isn't done. */
  readonly step: Step;
  readonly isAllDone: boolean;
}

/** What every step gets. */
export interface StepProps {
  readonly state: GuideState;
  readonly search: GuideSearch;
  /** Changes what the address says. */
  readonly choose: (change: GuideSearch) => void;
  /** To the next step. */
  readonly onNext: () => void;
}

export function guideState(systems: readonly System[], projects: readonly Project[], search: GuideSearch): GuideState {
  const newest = projects.reduce<Project | undefined>(
    (best, one) => (best === undefined || one.id > best.id ? one : best),
    undefined,
  );
  const project = projects.find((one) => one.id === search.project) ?? newest;
  const oldestFirst = [...systems].sort((a, b) => a.id - b.id);
  const systemOf = (id: number | undefined): System | undefined => systems.find((one) => one.id === id);
  const source = systemOf(search.source) ?? systemOf(project?.source.id) ?? oldestFirst[0];
  const target =
    systemOf(search.target) ?? systemOf(project?.target.id) ?? oldestFirst.find((one) => one.id !== source?.id);
  const counts = project?.entries ?? {};
  const count = (...statuses: readonly string[]): number =>
    statuses.reduce((sum, status) => sum + (counts[status] ?? 0), 0);
  const total = count(...Object.keys(counts));
  const done = {
    source: source !== undefined,
    target: target !== undefined,
    project: project !== undefined,
    list: total > 0,
    test: count('completed', 'completed with failures') > 0,
    start: total > 0 && count('not started') === 0,
  };
  const open = STEPS.find((step) => !done[step]);
  return { source, target, project, done, step: search.step ?? open ?? 'start', isAllDone: open === undefined };
}

export const stepAfter = (step: Step): Step | undefined => STEPS[STEPS.indexOf(step) + 1];
