/** `2026-11-27 21:04 UTC`: a message doesn't know the zone of its reader. */
export const timeInWords = (at: Date): string => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
