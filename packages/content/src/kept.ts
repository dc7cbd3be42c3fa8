import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { type Component, type Property, parameterOf } from './lines/content-line.ts';

/** Bytes of an envelope; above it nothing is kept. */
const MOST = 1_000_000;

/** An object as it was before it became another system's: whatever has no place there comes back from here. */
export interface Kept {
  /** iCalendar or vCard, without what lies beside it as attachments. */
  readonly text: Buffer;
  /** What decided how it was translated: the zone that times without one were taken to be in. */
  readonly floating: string;
  /** Days of occurrences that the system has otherwise than it was told to: `unmoved` on their old day, `lost` not at all. */
  readonly unmoved?: readonly string[];
  readonly lost?: readonly string[];
}

/** Base64; undefined: it is too large to be kept. @param most bytes of it before Base64 */
export function envelopeOf({ text, ...how }: Kept, most = MOST): string | undefined {
  const packed = gzipSync(JSON.stringify({ v: 1, ...how, text: text.toString('utf8') }), { level: 9 });
  // The time in a gzip's head would make two of one object differ.
  packed.fill(0, 4, 8);
  return packed.length > most ? undefined : packed.toString('base64');
}

/** @param program “Outlook” */
export const notKept = (program: string): { readonly code: string; readonly text: string } => ({
  code: 'original-not-kept',
  text: `It is so large that what ${program} has no field for could not be kept with it.`,
});

/** Undefined for what is none of ours, or broken. */
export function keptIn(envelope: string | undefined): Kept | undefined {
  if (envelope === undefined || envelope === '') return undefined;
  try {
    const read = JSON.parse(
      gunzipSync(Buffer.from(envelope, 'base64'), { maxOutputLength: 100 * MOST }).toString('utf8'),
    ) as { v?: unknown; floating?: unknown; text?: unknown; unmoved?: unknown; lost?: unknown };
    if (read.v !== 1 || typeof read.text !== 'string' || typeof read.floating !== 'string') return undefined;
    return {
      text: Buffer.from(read.text, 'utf8'),
      floating: read.floating,
      unmoved: datesIn(read.unmoved),
      lost: datesIn(read.lost),
    };
  } catch {
    return undefined;
  }
}

const datesIn = (given: unknown): readonly string[] =>
  Array.isArray(given) ? given.filter((one) => typeof one === 'string') : [];

/** Bytes that stand inside an object: an ATTACH of iCalendar (RFC 5545 section 3.8.1.1), a PHOTO of vCard. */
export interface Enclosed {
  /** SHA-256, 32 hex digits of it. */
  readonly hash: string;
  readonly bytes: Buffer;
}

export const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex').slice(0, 32);

const REFERENCE = /^sterna:([0-9a-f]{32})$/;

/** The bytes of a property whose value is Base64; undefined where it isn't. */
export function bytesIn(property: Property): Buffer | undefined {
  const encoding = parameterOf(property, 'ENCODING');
  if (encoding !== undefined && /^b(?:ase64)?$/i.test(encoding)) return Buffer.from(property.value, 'base64');
  const data = /^data:[^,]*;base64,(.*)$/is.exec(property.value);
  return data === null ? undefined : Buffer.from(data[1] ?? '', 'base64');
}

/** The same tree with references in place of the enclosed bytes, and those bytes, each once. */
export function withoutBytes(
  component: Component,
  names: ReadonlySet<string>,
): {
  readonly component: Component;
  readonly enclosed: readonly { readonly property: Property; readonly bytes: Buffer; readonly hash: string }[];
} {
  const enclosed = new Map<string, { property: Property; bytes: Buffer; hash: string }>();
  const stripped = (one: Component): Component => ({
    ...one,
    properties: one.properties.map((property) => {
      const bytes = names.has(property.name) ? bytesIn(property) : undefined;
      if (bytes === undefined || bytes.length === 0) return property;
      const hash = hashOf(bytes);
      if (!enclosed.has(hash)) enclosed.set(hash, { property, bytes, hash });
      const head = /^data:[^,]*,/i.exec(property.value)?.[0] ?? '';
      return { ...property, value: `${head}sterna:${hash}` };
    }),
    components: one.components.map(stripped),
  });
  return { component: stripped(component), enclosed: [...enclosed.values()] };
}

/** The reverse. What is there no more is left out. */
export function withBytes(component: Component, bytes: ReadonlyMap<string, Buffer>): Component {
  return {
    ...component,
    properties: component.properties.flatMap((property) => {
      const hash = referenceIn(property);
      if (hash === undefined) return [property];
      const found = bytes.get(hash);
      if (found === undefined) return [];
      return [{ ...property, value: property.value.replace(/sterna:[0-9a-f]{32}$/, () => found.toString('base64')) }];
    }),
    components: component.components.map((one) => withBytes(one, bytes)),
  };
}

export const referenceIn = (property: Property): string | undefined =>
  REFERENCE.exec(property.value.replace(/^data:[^,]*,/i, ''))?.[1];

/** All of them in these components. */
export function referencesOf(items: readonly Component[]): Set<string> {
  const found = new Set<string>();
  const look = (one: Component): void => {
    for (const property of one.properties) {
      const hash = referenceIn(property);
      if (hash !== undefined) found.add(hash);
    }
    one.components.forEach(look);
  };
  items.forEach(look);
  return found;
}
