/** Where the behaviour of this API isn't certain, what the simulator does. Names begin with the API's. */
export interface PeopleAssumptions {
  /** Changes for one user that overlap are refused (409 ABORTED): they are to be sent one after the other. */
  readonly peopleWritesCollide: boolean;
  /** How long changes take to be seen by sync tokens, in milliseconds: "several minutes" by the reference. */
  readonly peopleSyncDelayMs: number;
  /** The most contacts that a user may have. */
  readonly peopleMostContacts: number;
}

export const PEOPLE_ASSUMPTIONS: PeopleAssumptions = {
  peopleWritesCollide: true,
  peopleSyncDelayMs: 0,
  peopleMostContacts: 25_000,
};
