import { hashOf } from '@sterna/content';
import { type Stamp, stampIn } from '../items/stamp.ts';
import type { ClientDatum, Person } from './person.ts';

/**
 * What is kept with a contact, where no client shows it: `clientData`
 * (https://developers.google.com/people/api/rest/v1/people#ClientData), in pieces, since what it holds at most isn't told.
 */
const STAMP = 'sternaStamp';
const UID = 'sternaUid';
const PHOTO = 'sternaPhoto';
const REPLACING = 'sternaReplacing';
const PIECE = 2_000;
const MOST_PIECES = 32;
const piece = (n: number): string => `sternaObject${n}`;
const OURS = /^sterna[A-Z]/;

/** Bytes of what is kept, before Base64. */
export const MOST_KEPT = Math.floor((PIECE * MOST_PIECES * 3) / 4);

export interface Kept {
  readonly stamp: string | undefined;
  readonly uid: string;
  readonly envelope: string | undefined;
  /** Address of the picture that we gave it. */
  readonly photo: string | undefined;
}

/** In place of what is there of ours; what other programs keep stays. */
export function clientData(others: readonly ClientDatum[], { stamp, uid, envelope, photo }: Kept): ClientDatum[] {
  const pieces: ClientDatum[] = [];
  for (let at = 0, n = 0; at < (envelope?.length ?? 0); at += PIECE, n += 1)
    pieces.push({ key: piece(n), value: (envelope as string).slice(at, at + PIECE) });
  return [
    ...others.filter(({ key }) => !OURS.test(key)).map(({ key, value }) => ({ key, value })),
    ...(stamp === undefined ? [] : [{ key: STAMP, value: stamp }]),
    ...(uid === '' ? [] : [{ key: UID, value: uid }]),
    ...(photo === undefined ? [] : [{ key: PHOTO, value: photoMark(photo) }]),
    ...pieces,
  ];
}

/** The same with what is under way, which `clientData` takes away again. @param digest of what replaces it */
export const replacingData = (now: readonly ClientDatum[], digest: Buffer): ClientDatum[] => [
  ...now.filter(({ key }) => key !== REPLACING).map(({ key, value }) => ({ key, value })),
  { key: REPLACING, value: digest.toString('hex') },
];

/** The size that is asked for is no part of which picture it is. */
const photoMark = (url: string): string => hashOf(Buffer.from(url.replace(/=[\w-]*$/, '')));

const datumOf = ({ clientData: data = [] }: Person, wanted: string): string | undefined =>
  data.find(({ key }) => key === wanted)?.value;

export const stampOf = (person: Person): Stamp | undefined => stampIn(datumOf(person, STAMP));
export const stampTextOf = (person: Person): string | undefined => datumOf(person, STAMP);
export const uidIn = (person: Person): string | undefined => datumOf(person, UID);
export const replacingIn = (person: Person): string | undefined => datumOf(person, REPLACING);
export const isOurPhoto = (person: Person, url: string): boolean => datumOf(person, PHOTO) === photoMark(url);

export function envelopeIn(person: Person): string | undefined {
  let text = '';
  for (let n = 0; ; n += 1) {
    const next = datumOf(person, piece(n));
    if (next === undefined) return text === '' ? undefined : text;
    text += next;
  }
}
