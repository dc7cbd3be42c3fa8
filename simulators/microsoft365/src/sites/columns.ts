import { invalidRequest } from '../drive/errors.ts';

/** What a column's definition is called by in Graph, and by it its kind: exactly one of them is set. */
export const FACETS = [
  'boolean',
  'calculated',
  'choice',
  'contentApprovalStatus',
  'currency',
  'dateTime',
  'geolocation',
  'hyperlinkOrPicture',
  'lookup',
  'number',
  'personOrGroup',
  'term',
  'text',
  'thumbnail',
] as const;
export type Facet = (typeof FACETS)[number];

/** What each facet may say, with the type of each; `list`: texts. */
const OPTIONS: Readonly<Record<Facet, Readonly<Record<string, 'string' | 'number' | 'boolean' | 'list'>>>> = {
  boolean: {},
  calculated: { format: 'string', formula: 'string', outputType: 'string' },
  choice: { allowTextEntry: 'boolean', choices: 'list', displayAs: 'string' },
  contentApprovalStatus: {},
  currency: { locale: 'string' },
  dateTime: { displayAs: 'string', format: 'string' },
  geolocation: {},
  hyperlinkOrPicture: { isPicture: 'boolean' },
  lookup: {
    allowMultipleValues: 'boolean',
    allowUnlimitedLength: 'boolean',
    columnName: 'string',
    listId: 'string',
    primaryLookupColumnId: 'string',
  },
  number: { decimalPlaces: 'string', displayAs: 'string', maximum: 'number', minimum: 'number' },
  personOrGroup: { allowMultipleSelection: 'boolean', chooseFromType: 'string', displayAs: 'string' },
  term: { allowMultipleValues: 'boolean', showFullyQualifiedName: 'boolean' },
  text: {
    allowMultipleLines: 'boolean',
    appendChangesToExistingText: 'boolean',
    linesForEditing: 'number',
    maxLength: 'number',
    textType: 'string',
  },
  thumbnail: {},
};

/** What SharePoint fills in where a definition leaves it out. */
const DEFAULTS: Readonly<Partial<Record<Facet, Readonly<Record<string, unknown>>>>> = {
  calculated: { format: 'dateTime', outputType: 'text' },
  choice: { allowTextEntry: false, choices: [], displayAs: 'dropDownMenu' },
  currency: { locale: 'en-us' },
  dateTime: { displayAs: 'default', format: 'dateOnly' },
  hyperlinkOrPicture: { isPicture: false },
  lookup: { allowMultipleValues: false, allowUnlimitedLength: false, columnName: 'Title' },
  number: { decimalPlaces: 'automatic', displayAs: 'number' },
  personOrGroup: { allowMultipleSelection: false, chooseFromType: 'peopleOnly', displayAs: 'nameWithPresence' },
  term: { allowMultipleValues: false, showFullyQualifiedName: false },
  text: {
    allowMultipleLines: false,
    appendChangesToExistingText: false,
    linesForEditing: 0,
    maxLength: 255,
    textType: 'plain',
  },
};

export interface Column {
  readonly id: string;
  /** Internal name, which never changes: what fields are told and written by. */
  readonly name: string;
  displayName: string;
  description: string;
  columnGroup: string;
  required: boolean;
  hidden: boolean;
  indexed: boolean;
  readonly readOnly: boolean;
  enforceUniqueValues: boolean;
  defaultValue: { readonly value?: string; readonly formula?: string } | undefined;
  validation: Record<string, unknown> | undefined;
  readonly facet: Facet | undefined;
  /** What the facet says. */
  options: Readonly<Record<string, unknown>>;
  /** The list came with it: it can't be removed. */
  readonly builtIn: boolean;
  /** Of the hidden column that holds the terms of another as text: that one's name. */
  readonly noteOf: string | undefined;
}

/** A new column from what a client sent. Throws 400 for what is no column. */
export function columnFrom(body: Record<string, unknown>, id: string): Column {
  const displayName = text(body, 'displayName') ?? text(body, 'name');
  const name = internalName(text(body, 'name') ?? displayName ?? '');
  if (name === '' || displayName === undefined) throw invalidRequest('A column needs a name.');
  const given = FACETS.filter((facet) => body[facet] !== undefined && body[facet] !== null);
  if (given.length !== 1) throw invalidRequest('A column has exactly one type.');
  const facet = given[0] as Facet;
  const column: Column = {
    ...plainColumn(id, name, displayName),
    facet,
    options: { ...DEFAULTS[facet], ...optionsIn(facet, body[facet]) },
    readOnly: facet === 'calculated',
  };
  changeColumn(column, body);
  return column;
}

/** A column that the list came with. */
export function builtInColumn(
  id: string,
  name: string,
  displayName: string,
  more: Partial<Pick<Column, 'facet' | 'options' | 'readOnly' | 'hidden' | 'required' | 'noteOf' | 'indexed'>> = {},
): Column {
  const facet = more.facet;
  const defaults = facet === undefined ? {} : DEFAULTS[facet];
  return {
    ...plainColumn(id, name, displayName),
    columnGroup: '_Hidden',
    ...more,
    options: { ...defaults, ...more.options },
    builtIn: true,
  };
}

/** What may change later: names to show, text, choices; never the kind. Throws 400. */
export function changeColumn(column: Column, body: Record<string, unknown>): void {
  const other = FACETS.find((facet) => body[facet] !== undefined && body[facet] !== null && facet !== column.facet);
  if (other !== undefined) throw invalidRequest('The type of a column cannot be changed.');
  column.displayName = text(body, 'displayName') ?? column.displayName;
  column.description = text(body, 'description') ?? column.description;
  column.columnGroup = text(body, 'columnGroup') ?? column.columnGroup;
  for (const flag of ['required', 'hidden', 'indexed', 'enforceUniqueValues'] as const) {
    const value = body[flag];
    if (value === undefined || value === null) continue;
    if (typeof value !== 'boolean') throw invalidRequest(`'${flag}' must be a boolean.`);
    column[flag] = value;
  }
  if (column.enforceUniqueValues && !column.indexed) column.indexed = true;
  if (isObject(body.defaultValue)) column.defaultValue = body.defaultValue;
  if (isObject(body.validation)) column.validation = body.validation;
  const { facet } = column;
  if (facet !== undefined && body[facet] !== undefined) {
    column.options = { ...column.options, ...optionsIn(facet, body[facet]) };
  }
}

/** Whether an item can hold several values in it. */
export function isMultiple({ facet, options }: Column): boolean {
  if (facet === 'choice') return options.displayAs === 'checkBoxes';
  if (facet === 'personOrGroup') return options.allowMultipleSelection === true;
  return (facet === 'lookup' || facet === 'term') && options.allowMultipleValues === true;
}

/** Columns whose values are numbers of other rows, told and written as `<name>LookupId`. */
export function isReference({ facet }: Column): boolean {
  return facet === 'lookup' || facet === 'personOrGroup';
}

/** What an internal name can't hold is written as its code: `Due date` → `Due_x0020_date`. */
function internalName(wanted: string): string {
  const encoded = wanted.replace(
    /[^\p{L}\p{N}_]/gu,
    (letter) => `_x${(letter.codePointAt(0) as number).toString(16).padStart(4, '0')}_`,
  );
  return (/^\p{N}/u.test(encoded) ? `_x003${encoded[0]}_${encoded.slice(1)}` : encoded).slice(0, 32);
}

function plainColumn(id: string, name: string, displayName: string): Column {
  return {
    id,
    name,
    displayName,
    description: '',
    columnGroup: 'Custom Columns',
    required: false,
    hidden: false,
    indexed: false,
    readOnly: false,
    enforceUniqueValues: false,
    defaultValue: undefined,
    validation: undefined,
    facet: undefined,
    options: {},
    builtIn: false,
    noteOf: undefined,
  };
}

function optionsIn(facet: Facet, value: unknown): Record<string, unknown> {
  if (!isObject(value)) throw invalidRequest(`'${facet}' must be an object.`);
  const known = OPTIONS[facet];
  const options: Record<string, unknown> = {};
  for (const [name, content] of Object.entries(value)) {
    if (name.includes('@') || content === null) continue;
    const type = known[name];
    // Of terms: `termSet` and `parentTerm` are bound to a term store, which isn't simulated.
    if (type === undefined && facet === 'term') continue;
    const good = type === 'list' ? Array.isArray(content) : typeof content === type;
    if (!good) throw invalidRequest(`'${facet}' has no '${name}' like that.`);
    options[name] = content;
  }
  return options;
}

function text(body: Record<string, unknown>, name: string): string | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw invalidRequest(`'${name}' must be a string.`);
  return value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
