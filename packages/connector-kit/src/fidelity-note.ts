/** Something that a target can't hold, or a source can't give as it has it, per object; shown and exported, never silently lost. */
export interface FidelityNote {
  readonly code: string;
  readonly text: string;
}

/** Of a right that isn't given, since it would have no end here. @param why `that has passed` */
export const rightWithEnd = (
  { principal, expires = '' }: { readonly principal: string; readonly expires?: string },
  why: string,
): FidelityNote => ({
  code: 'right-with-end',
  text: `${principal} had a right to it until ${expires}: ${why}, so it was not given.`,
});
