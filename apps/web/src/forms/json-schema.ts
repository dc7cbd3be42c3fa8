/**
 * The part of JSON Schema that the API's settings use (zod makes it), and the way from it to a form's values and back.
 * In a form an absent value is `''`, and a list of words or numbers is a text with one of them per line.
 */
export interface JsonSchema {
  readonly type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean';
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly pattern?: string;
}

export type FormObject = { [name: string]: unknown };

export type FieldKind = 'group' | 'choice' | 'text' | 'number' | 'switch' | 'choices' | 'lines' | 'rows';

/** How a person fills it in; undefined where no input fits, so that it is left alone. */
export function kindOf(schema: JsonSchema): FieldKind | undefined {
  switch (schema.type) {
    case 'object':
      return schema.properties === undefined ? undefined : 'group';
    case 'string':
      return schema.enum === undefined ? 'text' : 'choice';
    case 'number':
    case 'integer':
      return 'number';
    case 'boolean':
      return 'switch';
    case 'array': {
      const item = schema.items === undefined ? undefined : kindOf(schema.items);
      if (item === 'choice') return 'choices';
      if (item === 'group') return 'rows';
      return item === 'text' || item === 'number' ? 'lines' : undefined;
    }
    default:
      return undefined;
  }
}

/** What a form starts with: `given` over the schema's defaults. */
export function formValueOf(schema: JsonSchema, given: unknown = schema.default): unknown {
  switch (kindOf(schema)) {
    case 'group': {
      const members = isObject(given) ? given : {};
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([name, part]) => [name, formValueOf(part, members[name])]),
      );
    }
    case 'switch':
      return given === true;
    case 'choices':
      return Array.isArray(given) ? [...given] : [];
    case 'rows':
      return Array.isArray(given) ? given.map((row) => formValueOf(schema.items ?? {}, row)) : [];
    case 'lines':
      return Array.isArray(given) ? given.map(String).join('\n') : '';
    default:
      return given ?? '';
  }
}

/**
 * Back to what the API takes: what is empty is left out, so that the default counts; a text that has to be there and may
 * be empty stays empty.
 */
export function jsonOf(schema: JsonSchema, value: unknown): unknown {
  switch (kindOf(schema)) {
    case 'group': {
      const members = isObject(value) ? value : {};
      return Object.fromEntries(
        Object.entries(schema.properties ?? {})
          .map(([name, part]) => {
            if (isLeftOut(schema, name, members[name])) return [name, undefined] as const;
            const json = jsonOf(part, members[name]);
            const isEmptyText = json === undefined && kindOf(part) === 'text' && isRequired(schema, name);
            return [name, isEmptyText ? '' : json] as const;
          })
          .filter(([, json]) => json !== undefined),
      );
    }
    case 'rows':
      return Array.isArray(value) ? value.map((row) => jsonOf(schema.items ?? {}, row)) : [];
    case 'lines': {
      const lines = String(value ?? '')
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '');
      // What is no number goes as it is: the API says so in words.
      return schema.items?.type === 'string' ? lines : lines.map((line) => (isNumeric(line) ? Number(line) : line));
    }
    default:
      return value === '' || value === null ? undefined : value;
  }
}

/** It must be there, and nothing stands in for it. */
export const isRequired = (schema: JsonSchema, name: string): boolean =>
  schema.required?.includes(name) === true && schema.properties?.[name]?.default === undefined;

/** A group that may be missing, has members that may not, and in which nothing was filled in. */
export function isLeftOut(schema: JsonSchema, name: string, value: unknown): boolean {
  const part = schema.properties?.[name];
  if (part === undefined || kindOf(part) !== 'group' || part.default !== undefined || isRequired(schema, name))
    return false;
  const hasNeeds = Object.keys(part.properties ?? {}).some((member) => isRequired(part, member));
  return hasNeeds && JSON.stringify(value ?? formValueOf(part)) === JSON.stringify(formValueOf(part));
}

const isNumeric = (text: string): boolean => /^-?\d+(\.\d+)?$/.test(text);

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export interface ProblemWords {
  readonly required: string;
  readonly between: (least: number | undefined, most: number | undefined) => string;
  readonly whole: string;
}

/**
 * What can be told before sending: missing values and numbers out of range, by path. Everything else is the API's to
 * judge, which also judges these.
 */
export function problemsOf(
  schema: JsonSchema,
  value: unknown,
  at: string,
  words: ProblemWords,
  required = false,
): Readonly<Record<string, string>> {
  switch (kindOf(schema)) {
    case 'group': {
      const members = isObject(value) ? value : {};
      return Object.assign(
        {},
        ...Object.entries(schema.properties ?? {}).map(([name, part]) =>
          isLeftOut(schema, name, members[name])
            ? {}
            : problemsOf(part, members[name], `${at}.${name}`, words, isRequired(schema, name)),
        ),
      );
    }
    case 'rows':
      return Object.assign(
        {},
        ...(Array.isArray(value) ? value : []).map((row, index) =>
          problemsOf(schema.items ?? {}, row, `${at}.${index}`, words),
        ),
      );
    case 'number':
      return numberProblem(schema, value, at, words, required);
    case 'text':
      // An empty text is a value where the schema doesn't ask for more.
      return required && String(value ?? '').trim().length < (schema.minLength ?? 0) ? { [at]: words.required } : {};
    case 'choice':
      return required && (value === '' || value === undefined) ? { [at]: words.required } : {};
    case 'choices':
      return Array.isArray(value) && value.length < (schema.minItems ?? 0) ? { [at]: words.required } : {};
    default:
      return {};
  }
}

function numberProblem(
  schema: JsonSchema,
  value: unknown,
  at: string,
  words: ProblemWords,
  required: boolean,
): Readonly<Record<string, string>> {
  if (value === '' || value === undefined || value === null) return required ? { [at]: words.required } : {};
  const number = Number(value);
  if (schema.type === 'integer' && !Number.isInteger(number)) return { [at]: words.whole };
  // zod gives every whole number the range that JavaScript can count in: no news to anybody.
  const most = schema.maximum === Number.MAX_SAFE_INTEGER ? undefined : schema.maximum;
  const above = schema.exclusiveMinimum;
  const least = schema.minimum ?? (above === undefined ? undefined : schema.type === 'integer' ? above + 1 : above);
  const tooSmall = (least !== undefined && number < least) || (above !== undefined && number <= above);
  return tooSmall || (most !== undefined && number > most) ? { [at]: words.between(least, most) } : {};
}
