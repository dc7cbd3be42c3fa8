import type { Person } from '../person.ts';

/** What a list is, apart from its items: the `definition` of its container. */
export interface ListDefinition {
  readonly template: string;
  readonly isHidden?: true;
  readonly columns: readonly ListColumn[];
  /** Names of its content types, the default one first. */
  readonly contentTypes?: readonly string[];
}

export interface ListColumn {
  /** The name that fields carry, which stays when people rename the column. */
  readonly name: string;
  readonly displayName: string;
  readonly description?: string;
  readonly isRequired?: true;
  readonly isUnique?: true;
  readonly isIndexed?: true;
  readonly default?: string;
  readonly shape: ColumnShape;
}

/** Source: learn.microsoft.com/graph/api/resources/columndefinition. */
export type ColumnShape =
  | { readonly kind: 'text'; readonly maxLength?: number; readonly lines?: number; readonly isRich?: true }
  | {
      readonly kind: 'number';
      readonly decimals?: string;
      readonly display?: string;
      readonly min?: number;
      readonly max?: number;
    }
  | { readonly kind: 'currency'; readonly locale?: string }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'dateTime'; readonly isDateOnly?: true; readonly display?: string }
  | {
      readonly kind: 'choice';
      readonly choices: readonly string[];
      readonly isMultiple?: true;
      readonly isOpen?: true;
      readonly display?: string;
    }
  /** `list`: path of the list's container. */
  | { readonly kind: 'lookup'; readonly list: readonly string[]; readonly column: string; readonly isMultiple?: true }
  | { readonly kind: 'person'; readonly isMultiple?: true; readonly of?: string }
  | { readonly kind: 'link'; readonly isPicture?: true }
  | { readonly kind: 'calculated'; readonly formula: string; readonly output?: string; readonly format?: string }
  | { readonly kind: 'term'; readonly isMultiple?: true }
  /** What only its own system knows. */
  | { readonly kind: 'other'; readonly name: string };

/** A value of a field; its column says what it is. Fields without one are left out. */
export type FieldValue =
  | string
  | number
  | boolean
  | readonly string[]
  | { readonly people: readonly Person[] }
  /** `id`: of the item that it names, as the reader lists it; `text`: what people see. */
  | { readonly items: readonly { readonly id: string; readonly text?: string }[] }
  | { readonly url: string; readonly text?: string };
