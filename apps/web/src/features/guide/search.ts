export const STEPS = ['source', 'target', 'project', 'list', 'test', 'start'] as const;
export type Step = (typeof STEPS)[number];

/**
 * What the address says of the guide: which step is shown, and whatever was chosen other than what the installation
 * itself suggests. Everything may be missing.
 */
export interface GuideSearch {
  readonly step?: Step;
  readonly source?: number;
  readonly target?: number;
  readonly project?: number;
  readonly entry?: number;
}

const isId = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) > 0;

export function readGuideSearch(search: Record<string, unknown>): GuideSearch {
  const step = STEPS.find((one) => one === search.step);
  return {
    ...(step === undefined ? {} : { step }),
    ...(isId(search.source) ? { source: search.source } : {}),
    ...(isId(search.target) ? { target: search.target } : {}),
    ...(isId(search.project) ? { project: search.project } : {}),
    ...(isId(search.entry) ? { entry: search.entry } : {}),
  };
}
