import { type Stamp, stampIn, stampText } from '../items/stamp.ts';
import type { GoogleEvent } from './google-event.ts';

/**
 * What is kept with an event, where no client shows it: extended properties of this calendar's copy alone. A key has 44
 * characters at most, a value 1,024, all of them together 32 KB
 * (https://developers.google.com/workspace/calendar/api/guides/extended-properties).
 */
const STAMP = 'sternaStamp';
/** The installation once more: a listing can be asked for it. */
export const BY = 'sternaBy';
const REPLACING = 'sternaReplacing';
const PIECE = 1_000;
const MOST_PIECES = 28;
const piece = (n: number): string => `sternaObject${n}`;

/** Bytes of what is kept, before Base64. */
export const MOST_KEPT = Math.floor((PIECE * MOST_PIECES * 3) / 4);

/** @param envelope undefined: nothing could be kept */
export function privateProperties(stamp: Stamp, envelope: string | undefined): Record<string, string> {
  return { [STAMP]: stampText(stamp), [BY]: stamp.installation, ...envelopePieces(envelope) };
}

function envelopePieces(envelope: string | undefined): Record<string, string> {
  const pieces: Record<string, string> = {};
  for (let at = 0, n = 0; at < (envelope?.length ?? 0); at += PIECE, n += 1)
    pieces[piece(n)] = (envelope as string).slice(at, at + PIECE);
  return pieces;
}

export const stampProperties = (stamp: Stamp): Record<string, string> => ({ [STAMP]: stampText(stamp) });

/** Another object's, in place of the one that was there; whose it is stays. @param replacing hex, while it isn't all done */
export function replacedProperties(
  now: GoogleEvent,
  envelope: string | undefined,
  replacing: string | undefined,
): Record<string, string> {
  const { [STAMP]: stamp, [BY]: by } = propertiesOf(now);
  return {
    ...(stamp === undefined ? {} : { [STAMP]: stamp }),
    ...(by === undefined ? {} : { [BY]: by }),
    ...envelopePieces(envelope),
    ...(replacing === undefined ? {} : { [REPLACING]: replacing }),
  };
}

export const doneReplacing = { [REPLACING]: null } as const;

export const replacingIn = (event: GoogleEvent): string | undefined => propertiesOf(event)[REPLACING];
export const stampOf = (event: GoogleEvent): Stamp | undefined => stampIn(propertiesOf(event)[STAMP]);

export function envelopeIn(event: GoogleEvent): string | undefined {
  const properties = propertiesOf(event);
  let text = '';
  for (let n = 0; properties[piece(n)] !== undefined; n += 1) text += properties[piece(n)];
  return text === '' ? undefined : text;
}

const propertiesOf = (event: GoogleEvent): Readonly<Record<string, string>> => event.extendedProperties?.private ?? {};
