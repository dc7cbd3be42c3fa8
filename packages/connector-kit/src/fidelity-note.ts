/** Something that a target can't hold, or a source can't give as it has it, per object; shown and exported, never silently lost. */
export interface FidelityNote {
  readonly code: string;
  readonly text: string;
}
