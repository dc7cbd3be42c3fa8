import type { ReactNode } from 'react';

/** Words for one field; what is missing comes from the schema's description and the field's name. */
export interface FieldWords {
  readonly label?: string;
  readonly help?: ReactNode;
  /** Of a choice, by value. */
  readonly options?: Readonly<Record<string, string>>;
  readonly placeholder?: string;
  /** Behind a number. */
  readonly unit?: string;
  /** Lines of a text that may be long. */
  readonly lines?: number;
  /** One row of a list, as in "Add a window". */
  readonly row?: string;
}
