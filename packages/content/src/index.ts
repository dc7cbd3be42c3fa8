export { type Meeting, serverMeeting } from './calendar/scheduling.ts';
export * from './message-digest.ts';
export * from './message-match-key.ts';
export * from './pivot.ts';
export * from './pivots.ts';
