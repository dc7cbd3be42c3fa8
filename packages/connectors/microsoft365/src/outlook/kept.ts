import type { ExtendedProperty } from '../graph/stamp.ts';

/**
 * The object as it was before it became Outlook's: whatever Outlook has no place for comes back from here. People, who
 * would be mailed were they written as attendees, are kept here alone. No client shows it.
 * https://learn.microsoft.com/en-us/graph/api/resources/extended-properties-overview
 */
export const KEPT_PROPERTY = 'Binary {9bb1f4a4-1f4e-4c39-9d6c-0f5d4f6f2f39} Name SternaObject';
/** The UID once more, where a listing can have it without the whole object. */
export const UID_PROPERTY = 'String {9bb1f4a4-1f4e-4c39-9d6c-0f5d4f6f2f39} Name SternaUid';

/** @param envelope undefined: what is kept stays as it is */
export const keptProperties = (uid: string, envelope: string | undefined): readonly ExtendedProperty[] => [
  { id: UID_PROPERTY, value: uid },
  ...(envelope === undefined ? [] : [{ id: KEPT_PROPERTY, value: envelope }]),
];
