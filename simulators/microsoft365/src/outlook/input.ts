import { badRequest, type GraphError } from '../http/errors.ts';

/** Reads one value of a request's JSON. Throws 400 for what the type doesn't allow. */
export type Reader<T> = (value: unknown, path: string) => T;

/** The JSON doesn't fit the type: found out before Exchange sees it. */
export function unreadable(path: string, expected: string): GraphError {
  return badRequest(`Cannot convert the value of '${path}' to the expected type '${expected}'.`, 'RequestBodyRead');
}

/** The type fits, the value doesn't: Exchange's own refusal. */
export function invalid(message: string, code = 'ErrorPropertyValidationFailure'): GraphError {
  return badRequest(message, code);
}

export const text: Reader<string> = (value, path) => {
  if (typeof value !== 'string') throw unreadable(path, 'Edm.String');
  return value;
};

export const boolean: Reader<boolean> = (value, path) => {
  if (typeof value !== 'boolean') throw unreadable(path, 'Edm.Boolean');
  return value;
};

export const integer: Reader<number> = (value, path) => {
  if (!Number.isInteger(value) || Math.abs(value as number) > 0x7fffffff) throw unreadable(path, 'Edm.Int32');
  return value as number;
};

export const double: Reader<number> = (value, path) => {
  if (typeof value !== 'number') throw unreadable(path, 'Edm.Double');
  return value;
};

/** A DateTimeOffset, as `2026-11-27T08:00:00Z`; fractions of seconds are kept only if there are some. */
export const instant: Reader<string> = (value, path) => {
  const given = text(value, path);
  const ms = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,12})?)?(Z|[+-]\d\d:\d\d))?$/.test(given)
    ? Date.parse(given)
    : Number.NaN;
  if (Number.isNaN(ms)) throw unreadable(path, 'Edm.DateTimeOffset');
  return instantText(ms);
};

export function instantText(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}

/** Members of an enumeration; Graph takes them in any case and answers in its own. */
export function oneOf<const T extends string>(values: readonly T[]): Reader<T> {
  return (value, path) => {
    const found = values.find((name) => name.toLowerCase() === String(value).toLowerCase());
    if (typeof value !== 'string' || found === undefined) throw unreadable(path, values.join('|'));
    return found;
  };
}

export function listOf<T>(item: Reader<T>): Reader<T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw unreadable(path, 'Collection');
    return value.map((entry, at) => item(entry, `${path}[${at}]`));
  };
}

export function orNull<T>(reader: Reader<T>): Reader<T | null> {
  return (value, path) => (value === null ? null : reader(value, path));
}

export type Fields = Readonly<Record<string, Reader<unknown>>>;
export type Read<F extends Fields> = { [K in keyof F]?: ReturnType<F[K]> };

/**
 * An entity or complex value: only what is given is read; annotations are passed over; a name that the type doesn't
 * have is refused.
 *
 * @param type without namespace, for the message
 */
export function object<F extends Fields>(type: string, fields: F): Reader<Read<F>> {
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unreadable(path, type);
    const read: Record<string, unknown> = {};
    for (const [name, entry] of Object.entries(value)) {
      if (name.includes('@')) continue;
      const reader = Object.hasOwn(fields, name) ? fields[name] : undefined;
      if (reader === undefined) {
        throw badRequest(
          `The property '${name}' does not exist on type 'microsoft.graph.${type}'. Make sure to only use property names that are defined by the type.`,
          'RequestBodyRead',
        );
      }
      const result = reader(entry, path === '' ? name : `${path}/${name}`);
      if (result !== undefined) read[name] = result;
    }
    return read as Read<F>;
  };
}

/** A property that Exchange sets itself: what a client sends is passed over without a word. */
export const readOnly: Reader<undefined> = () => undefined;

export const emailAddress = object('emailAddress', { name: orNull(text), address: orNull(text) });
export const recipient = object('recipient', { emailAddress });

export const physicalAddress = object('physicalAddress', {
  street: orNull(text),
  city: orNull(text),
  state: orNull(text),
  countryOrRegion: orNull(text),
  postalCode: orNull(text),
});

export const importance = oneOf(['low', 'normal', 'high']);
