export { type Meeting, serverMeeting } from './calendar/scheduling.ts';
export { escapeText, type Property, unescapeText } from './lines/content-line.ts';
export { decodeText } from './lines/read-lines.ts';
export { writeComponents } from './lines/write-lines.ts';
export * from './message-digest.ts';
export * from './message-match-key.ts';
export * from './pivot.ts';
export * from './pivots.ts';
