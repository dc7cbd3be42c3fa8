/**
 * What stands in a message that we wrote beside what its author said, so that a copy of ours is known again: characters
 * that nobody sees.
 */

/** Around what we added: who said it, its subject, links to what was attached (INVISIBLE SEPARATOR). */
export const ADDED = '\u2063';
/** After a character that would be markup, and is none (WORD JOINER). */
export const LITERAL = '\u2060';

const ANY = new RegExp(`[${ADDED}${LITERAL}\\ue000-\\ue002]`, 'gu');
/** A text of somebody else, without what looks like ours. */
export const unmarked = (text: string): string => text.replaceAll(ANY, '');
