import type { ColumnShape, ListColumn } from '@sterna/content';

/** https://learn.microsoft.com/en-us/graph/api/resources/columndefinition */
export interface GraphColumn {
  readonly id: string;
  readonly name: string;
  readonly displayName: string;
  readonly description?: string | null;
  readonly columnGroup?: string | null;
  readonly hidden?: boolean;
  readonly readOnly?: boolean;
  readonly required?: boolean;
  readonly indexed?: boolean;
  readonly enforceUniqueValues?: boolean;
  readonly isDeletable?: boolean | null;
  readonly defaultValue?: { readonly value?: string | null; readonly formula?: string | null } | null;
  readonly text?: {
    readonly allowMultipleLines?: boolean;
    readonly linesForEditing?: number;
    readonly maxLength?: number;
    readonly textType?: string;
  } | null;
  readonly number?: {
    readonly decimalPlaces?: string;
    readonly displayAs?: string;
    readonly minimum?: number;
    readonly maximum?: number;
  } | null;
  readonly currency?: { readonly locale?: string } | null;
  readonly boolean?: object | null;
  readonly dateTime?: { readonly displayAs?: string; readonly format?: string } | null;
  readonly choice?: {
    readonly allowTextEntry?: boolean;
    readonly choices?: readonly string[];
    readonly displayAs?: string;
  } | null;
  readonly lookup?: {
    readonly allowMultipleValues?: boolean;
    readonly columnName?: string;
    readonly listId?: string;
    readonly primaryLookupColumnId?: string | null;
  } | null;
  readonly personOrGroup?: {
    readonly allowMultipleSelection?: boolean;
    readonly chooseFromType?: string;
    readonly displayAs?: string;
  } | null;
  readonly hyperlinkOrPicture?: { readonly isPicture?: boolean } | null;
  readonly calculated?: { readonly formula?: string; readonly outputType?: string; readonly format?: string } | null;
  readonly term?: { readonly allowMultipleValues?: boolean } | null;
}

const FACETS = [
  'text',
  'number',
  'currency',
  'boolean',
  'dateTime',
  'choice',
  'lookup',
  'personOrGroup',
  'hyperlinkOrPicture',
  'calculated',
  'term',
  'thumbnail',
  'geolocation',
  'contentApprovalStatus',
] as const;

/** Our own, which carries stamps, and in its description what text columns stand for. */
export const STAMP_COLUMN = 'SternaStamp';

/** Every list has these; what they say is SharePoint's own, or told apart from the fields. */
const SYSTEM =
  /^(?:ID|id|Created|Modified|Author|Editor|ContentType|ContentTypeId|Attachments|Edit|LinkTitle|LinkTitleNoMenu|DocIcon|ItemChildCount|FolderChildCount|AppAuthor|AppEditor|ComplianceAssetId|_.*)$/;

/** What people made of the list, `Title` among it; hidden columns hold parts of others. */
export const isOwnColumn = (column: GraphColumn): boolean =>
  !SYSTEM.test(column.name) &&
  column.name !== STAMP_COLUMN &&
  column.hidden !== true &&
  (column.readOnly !== true || column.calculated != null);

/** What a text column stands for that SharePoint's interface can't write as such. */
export type StandIn = 'link' | 'term';

export interface ColumnNames {
  /** Path of a list's container, by the list's id. */
  listPath(listId: string): readonly string[] | undefined;
}

/** @param standsFor what a text column of ours is instead of */
export function columnOf(column: GraphColumn, lists: ColumnNames, standsFor?: StandIn): ListColumn {
  const { name, displayName, description, required, enforceUniqueValues, indexed, defaultValue } = column;
  return {
    name,
    displayName,
    ...(description ? { description } : {}),
    ...(required === true ? { isRequired: true as const } : {}),
    ...(enforceUniqueValues === true ? { isUnique: true as const } : {}),
    ...(indexed === true ? { isIndexed: true as const } : {}),
    ...(defaultValue?.value ? { default: defaultValue.value } : {}),
    shape: standsFor === undefined ? shapeOf(column, lists) : { kind: standsFor },
  };
}

function shapeOf(column: GraphColumn, lists: ColumnNames): ColumnShape {
  const { text, number, currency, dateTime, choice, lookup, personOrGroup, hyperlinkOrPicture, calculated, term } =
    column;
  if (calculated) {
    const { formula = '', outputType, format } = calculated;
    return {
      kind: 'calculated',
      formula,
      ...(outputType ? { output: outputType } : {}),
      ...(format ? { format } : {}),
    };
  }
  if (lookup) return lookupShape(lookup, lists);
  if (personOrGroup) {
    const { allowMultipleSelection, chooseFromType } = personOrGroup;
    return {
      kind: 'person',
      ...(allowMultipleSelection === true ? { isMultiple: true as const } : {}),
      ...(chooseFromType ? { of: chooseFromType } : {}),
    };
  }
  if (choice) {
    const { choices = [], allowTextEntry, displayAs } = choice;
    return {
      kind: 'choice',
      choices,
      ...(displayAs === 'checkBoxes' ? { isMultiple: true as const } : {}),
      ...(allowTextEntry === true ? { isOpen: true as const } : {}),
      ...(displayAs ? { display: displayAs } : {}),
    };
  }
  if (number) {
    const { decimalPlaces, displayAs, minimum, maximum } = number;
    return {
      kind: 'number',
      ...(decimalPlaces ? { decimals: decimalPlaces } : {}),
      ...(displayAs ? { display: displayAs } : {}),
      ...(isBound(minimum) ? { min: minimum } : {}),
      ...(isBound(maximum) ? { max: maximum } : {}),
    };
  }
  if (currency) return { kind: 'currency', ...(currency.locale ? { locale: currency.locale } : {}) };
  if (column.boolean) return { kind: 'boolean' };
  if (dateTime) {
    return {
      kind: 'dateTime',
      ...(dateTime.format === 'dateOnly' ? { isDateOnly: true as const } : {}),
      ...(dateTime.displayAs ? { display: dateTime.displayAs } : {}),
    };
  }
  if (hyperlinkOrPicture)
    return { kind: 'link', ...(hyperlinkOrPicture.isPicture === true ? { isPicture: true } : {}) };
  if (term) return { kind: 'term', ...(term.allowMultipleValues === true ? { isMultiple: true } : {}) };
  if (text) {
    const { allowMultipleLines, linesForEditing, maxLength, textType } = text;
    return {
      kind: 'text',
      ...(allowMultipleLines === true ? { lines: linesForEditing || 6 } : {}),
      ...(allowMultipleLines !== true && maxLength !== undefined && maxLength > 0 ? { maxLength } : {}),
      ...(textType === 'richText' ? { isRich: true as const } : {}),
    };
  }
  return { kind: 'other', name: FACETS.find((facet) => column[facet as keyof GraphColumn] != null) ?? '' };
}

/** A column that only shows another field of what its neighbour names is that list's own matter. */
function lookupShape(lookup: NonNullable<GraphColumn['lookup']>, lists: ColumnNames): ColumnShape {
  const { listId = '', columnName = 'Title', allowMultipleValues, primaryLookupColumnId } = lookup;
  const list = lists.listPath(listId);
  if (list === undefined || primaryLookupColumnId) return { kind: 'other', name: 'lookup' };
  return { kind: 'lookup', list, column: columnName, ...(allowMultipleValues === true ? { isMultiple: true } : {}) };
}

/** The widest of doubles mean that there is none. */
const isBound = (value: number | undefined): value is number => value !== undefined && Math.abs(value) < 1e300;

/** What Graph can't make, and what takes its place. */
export const standInFor = ({ shape }: ListColumn): StandIn | undefined =>
  shape.kind === 'link' || shape.kind === 'term' ? shape.kind : undefined;

/**
 * A column as Graph makes it.
 *
 * @param listId of a lookup's list in the target
 * @returns undefined where nothing could be made
 */
export function columnToGraph(column: ListColumn, listId: string | undefined): object | undefined {
  const facet = facetFor(column.shape, listId);
  if (facet === undefined) return undefined;
  return {
    name: column.name,
    displayName: column.displayName,
    ...(column.description === undefined ? {} : { description: column.description }),
    ...(column.isRequired === true ? { required: true } : {}),
    // What is unique has to be indexed.
    ...(column.isIndexed === true || column.isUnique === true ? { indexed: true } : {}),
    ...(column.isUnique === true ? { enforceUniqueValues: true } : {}),
    ...(column.default === undefined ? {} : { defaultValue: { value: column.default } }),
    ...facet,
  };
}

function facetFor(shape: ColumnShape, listId: string | undefined): object | undefined {
  switch (shape.kind) {
    case 'text':
      return {
        text: {
          ...(shape.lines === undefined ? {} : { allowMultipleLines: true, linesForEditing: shape.lines }),
          ...(shape.maxLength === undefined ? {} : { maxLength: shape.maxLength }),
          ...(shape.lines === undefined ? {} : { textType: shape.isRich === true ? 'richText' : 'plain' }),
        },
      };
    case 'number':
      return {
        number: {
          ...(shape.decimals === undefined ? {} : { decimalPlaces: shape.decimals }),
          ...(shape.display === undefined ? {} : { displayAs: shape.display }),
          ...(shape.min === undefined ? {} : { minimum: shape.min }),
          ...(shape.max === undefined ? {} : { maximum: shape.max }),
        },
      };
    case 'currency':
      return { currency: shape.locale === undefined ? {} : { locale: shape.locale } };
    case 'boolean':
      return { boolean: {} };
    case 'dateTime':
      return {
        dateTime: {
          format: shape.isDateOnly === true ? 'dateOnly' : 'dateTime',
          ...(shape.display === undefined ? {} : { displayAs: shape.display }),
        },
      };
    case 'choice':
      return {
        choice: {
          choices: shape.choices,
          allowTextEntry: shape.isOpen === true,
          displayAs: shape.display ?? (shape.isMultiple === true ? 'checkBoxes' : 'dropDownMenu'),
        },
      };
    case 'lookup':
      if (listId === undefined) return undefined;
      return { lookup: { listId, columnName: shape.column, allowMultipleValues: shape.isMultiple === true } };
    case 'person':
      return {
        personOrGroup: {
          allowMultipleSelection: shape.isMultiple === true,
          chooseFromType: shape.of ?? 'peopleAndGroups',
        },
      };
    case 'calculated':
      return {
        calculated: {
          formula: shape.formula,
          ...(shape.output === undefined ? {} : { outputType: shape.output }),
          ...(shape.format === undefined ? {} : { format: shape.format }),
        },
      };
    case 'link':
    case 'term':
      // One line holds 255 characters, and addresses are longer.
      return { text: { allowMultipleLines: true, linesForEditing: 2, textType: 'plain' } };
    case 'other':
      return undefined;
  }
}
