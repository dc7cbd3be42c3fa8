import type { Api, Schema } from './discovery.ts';

export interface Rules {
  /** A client sends it: what only the service sets may not be in it. */
  readonly sent: boolean;
  /** `null` may stand for "no longer". */
  readonly nulls: boolean;
}

const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const FORMATS: Readonly<Record<string, (value: string) => boolean>> = {
  int64: (value) => /^-?\d{1,19}$/.test(value),
  uint64: (value) => /^\d{1,20}$/.test(value),
  byte: (value) => /^[\w+/-]*={0,2}$/.test(value),
  date: (value) => /^\d{4}-\d\d-\d\d$/.test(value),
  'date-time': (value) => DATE_TIME.test(value),
  'google-datetime': (value) => DATE_TIME.test(value),
};
const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
};

/** What of `value` isn't as the schema says; each with where it stands. */
export function faultsOf(api: Api, value: unknown, schema: Schema, rules: Rules, at = ''): string[] {
  if (schema.$ref !== undefined) {
    const found = api.schemas[schema.$ref];
    return found === undefined ? [`${at}: no schema ${schema.$ref}`] : faultsOf(api, value, found, rules, at);
  }
  if (value === null) return rules.nulls ? [] : [`${at}: null`];
  switch (schema.type) {
    case 'object':
      return objectFaults(api, value, schema, rules, at);
    case 'array':
      if (!Array.isArray(value)) return [`${at}: not a list`];
      return value.flatMap((item) => faultsOf(api, item, schema.items ?? {}, rules, `${at}[]`));
    case 'string':
      if (typeof value !== 'string') return [`${at}: ${typeof value}, not a string`];
      return textFaults(value, schema, at);
    case 'integer':
    case 'number':
      return numberFaults(value, schema, at);
    case 'boolean':
      return typeof value === 'boolean' ? [] : [`${at}: not true or false`];
    default:
      return [];
  }
}

/** What of a parameter's text isn't as the schema says. */
export function parameterFaults(text: string, schema: Schema, at: string): string[] {
  if (schema.type === 'integer' || schema.type === 'number') return numberFaults(Number(text), schema, at);
  if (schema.type === 'boolean') return /^(true|false)$/.test(text) ? [] : [`${at}: not true or false`];
  return textFaults(text, schema, at);
}

function objectFaults(api: Api, value: unknown, schema: Schema, rules: Rules, at: string): string[] {
  if (typeof value !== 'object' || Array.isArray(value)) return [`${at}: not an object`];
  return Object.entries(value as object).flatMap(([name, item]) => {
    const property = schema.properties?.[name] ?? schema.additionalProperties;
    const where = at === '' ? name : `${at}.${schema.properties?.[name] === undefined ? '*' : name}`;
    if (property === undefined) return [`${at === '' ? '' : `${at}.`}${name}: unknown`];
    if (rules.sent && isOutput(property)) return [`${where}: only the service sets it`];
    return item === undefined ? [] : faultsOf(api, item, property, rules, where);
  });
}

function isOutput({ readOnly, description = '' }: Schema): boolean {
  return readOnly === true || /^Output only\b/i.test(description);
}

function textFaults(value: string, schema: Schema, at: string): string[] {
  if (schema.enum !== undefined && !schema.enum.includes(value)) return [`${at}: '${value}' isn't one of its words`];
  const good = FORMATS[schema.format ?? '']?.(value) ?? true;
  return good ? [] : [`${at}: '${value.slice(0, 40)}' is no ${schema.format}`];
}

function numberFaults(value: unknown, schema: Schema, at: string): string[] {
  if (typeof value !== 'number' || Number.isNaN(value)) return [`${at}: not a number`];
  const [low, high] = RANGES[schema.format ?? ''] ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  if (schema.type === 'integer' && !Number.isInteger(value)) return [`${at}: not a whole number`];
  return value < low || value > high ? [`${at}: ${value} is no ${schema.format}`] : [];
}
