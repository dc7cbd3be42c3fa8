/** A page of a collection, or of a delta round, as Graph answers it. */
export interface GraphPage<T> {
  readonly value: readonly T[];
  readonly '@odata.nextLink'?: string;
  readonly '@odata.deltaLink'?: string;
}

/** What a delta round says of an object that left. `changed`: moved away, or out of the filter. */
export interface Removed {
  readonly '@removed'?: { readonly reason: 'changed' | 'deleted' };
}
