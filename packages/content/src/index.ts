export { escapeText, unescapeText } from './lines/content-line.ts';
export { decodeText } from './lines/read-lines.ts';
export * from './message-digest.ts';
export * from './message-match-key.ts';
export * from './pivot.ts';
export * from './pivots.ts';
