/** Where the behaviour of this API isn't certain, what the simulator does. Names begin with the API's. */
// biome-ignore lint/suspicious/noEmptyInterface: it gets its properties with the API
export interface CalendarAssumptions {}

export const CALENDAR_ASSUMPTIONS: CalendarAssumptions = {};
