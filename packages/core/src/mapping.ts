/** A row of the mapping table: who someone is at the target. */
export interface MappingRow {
  readonly kind: MappingKind;
  /** An address; for `domain` a domain name. */
  readonly source: string;
  readonly target: string;
}
export const MAPPING_KINDS = ['user', 'group', 'domain'] as const;
export type MappingKind = (typeof MAPPING_KINDS)[number];
