import type { DriveBehaviour } from './behaviour.ts';

/** Where the behaviour of this API isn't certain, what the simulator does. Names begin with the API's. */
export interface DriveAssumptions {
  /** What differs from `defaultBehaviour()`. */
  readonly drive: Partial<DriveBehaviour>;
}

export const DRIVE_ASSUMPTIONS: DriveAssumptions = { drive: {} };
