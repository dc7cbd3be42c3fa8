/** What the channel of a team that every team has, and the first of its spaces, is called here. */
export const FIRST = '(first)';
