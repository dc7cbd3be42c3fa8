/** Where the behaviour of this API isn't certain, what the simulator does. Names begin with the API's. */
export interface CalendarAssumptions {
  /** Importing an iCalUID that the calendar has (or had): refused as a duplicate, or what is there is replaced. */
  readonly calendarImportExisting: 'duplicate' | 'update';
  /** A body's originalStartTime with the iCalUID of a series that is here imports an exception of it. */
  readonly calendarImportsExceptions: boolean;
  /** An `id` in an import's body is taken; otherwise it is ignored, as one should give the iCalUID alone. */
  readonly calendarImportTakesId: boolean;
  /** How far endless series are expanded when no timeMax is given, in days from now. */
  readonly calendarExpandDays: number;
  /** updatedMin further back than this many days is refused (410). */
  readonly calendarUpdatedMinDays: number;
}

export const CALENDAR_ASSUMPTIONS: CalendarAssumptions = {
  calendarImportExisting: 'duplicate',
  calendarImportsExceptions: true,
  calendarImportTakesId: false,
  calendarExpandDays: 3650,
  calendarUpdatedMinDays: 28,
};
