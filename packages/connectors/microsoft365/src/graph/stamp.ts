import { randomUUID } from 'node:crypto';

/**
 * Our mark on what we create in Exchange: a named MAPI property that the create itself carries, and that no client
 * shows. It says whose it is and what was sent, because Exchange writes contents anew: bytes prove nothing there.
 * https://learn.microsoft.com/en-us/graph/api/resources/extended-properties-overview
 */
export const STAMP_PROPERTY = 'String {9bb1f4a4-1f4e-4c39-9d6c-0f5d4f6f2f39} Name SternaStamp';

/** `incomplete`: of a create of several steps, until its last one. */
export type StampState = 'whole' | 'incomplete';

export interface Stamp {
  /** 8 hex digits. */
  readonly installation: string;
  readonly state: StampState;
  /** 16 bytes: the engine's digest of what was sent. */
  readonly digest: Buffer;
  /** Another one for each send, 16 hex digits (`newSend`): a copy that people make has that of its original. */
  readonly send: string;
  /** 16 bytes: the match key of what was sent, where the object's own fields don't give it back exactly. */
  readonly key?: Buffer | undefined;
}

/** Eight digits of the time, eight by chance. @param now milliseconds since 1970 */
export const newSend = (now = Date.now()): string =>
  `${Math.floor(now / 1_000)
    .toString(16)
    .padStart(8, '0')
    .slice(-8)}${randomUUID().slice(0, 8)}`;

/** When it was sent, ms since 1970: whatever an import makes of the time at which an object was made. */
export const sentAt = ({ send }: Stamp): number => Number.parseInt(send.slice(0, 8), 16) * 1_000;

export interface ExtendedProperty {
  readonly id: string;
  readonly value: string;
}

const LETTERS = { whole: 'w', incomplete: 'i' } as const;

export const stampProperty = ({ installation, state, digest, send, key }: Stamp): ExtendedProperty => ({
  id: STAMP_PROPERTY,
  value: `${installation}.${LETTERS[state]}.${digest.toString('hex')}.${send}${key === undefined ? '' : `.${key.toString('hex')}`}`,
});

/** The stamp among these properties, of whichever installation; undefined: it isn't ours. */
export function stampOf(properties: readonly Partial<ExtendedProperty>[] | undefined): Stamp | undefined {
  const value = propertyOf(properties, STAMP_PROPERTY);
  const found = /^([0-9a-f]{8})\.([wi])\.([0-9a-f]{32})\.([0-9a-f]{16})(?:\.([0-9a-f]{32}))?$/.exec(value ?? '');
  if (found === null) return undefined;
  return {
    installation: found[1] as string,
    state: found[2] === 'w' ? 'whole' : 'incomplete',
    digest: Buffer.from(found[3] as string, 'hex'),
    send: found[4] as string,
    key: found[5] === undefined ? undefined : Buffer.from(found[5], 'hex'),
  };
}

/** Ids of properties come back in a form of the service's own: `Integer 0xe07` for `Integer 0x0E07`. */
const normalId = (id: string): string => id.toLowerCase().replace(/\b0x0*(?=[0-9a-f])/g, '0x');

export const propertyOf = (
  properties: readonly Partial<ExtendedProperty>[] | undefined,
  id: string,
): string | undefined => properties?.find((one) => normalId(one.id ?? '') === normalId(id))?.value;

/** For `$expand`: these extended properties of each object. */
export const expandProperties = (ids: readonly string[]): string =>
  `singleValueExtendedProperties($filter=${ids.map((id) => `id eq '${id}'`).join(' or ')})`;
