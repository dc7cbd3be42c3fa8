import { type ExtendedProperty, propertyOf } from '../graph/stamp.ts';

/** Of a replacement of several steps that isn't through: the digest of what is to be there. */
export const REPLACING_PROPERTY = 'String {9bb1f4a4-1f4e-4c39-9d6c-0f5d4f6f2f39} Name SternaReplacing';

/** The first step carries the digest, the last one takes it away: undefined. */
export const replacing = (digest: Buffer | undefined): ExtendedProperty => ({
  id: REPLACING_PROPERTY,
  // A property without a value is removed.
  value: (digest?.toString('hex') ?? null) as string,
});

export const isReplacing = (properties: readonly ExtendedProperty[] | undefined, digest: Buffer): boolean =>
  propertyOf(properties, REPLACING_PROPERTY) === digest.toString('hex');
