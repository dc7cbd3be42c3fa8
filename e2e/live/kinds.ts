/** Files of suites by the kind of content that they put there. */
const SUITES: Readonly<Record<string, string>> = {
  message: 'mail',
  event: 'calendar',
  contact: 'contacts',
  task: 'tasks',
  file: 'drive',
  setting: 'rules',
};

export const KINDS: readonly string[] = Object.keys(SUITES);

const { STERNA_LIVE_KINDS: given } = process.env;

/** Whether this run is about content of this kind: of every kind unless it was told. */
export const isChosen = (kind: string): boolean => given === undefined || given.split(',').includes(kind);

/** Names of the suites' files, without `.live.ts`. */
export const chosenSuites: readonly string[] =
  given === undefined ? ['*'] : given.split(',').flatMap((kind) => SUITES[kind] ?? []);
