import { badRequest } from '../http/errors.ts';
import type { Expand } from './expand.ts';

/** The names that a type has, so that a wrong `$select` or `$expand` is refused as Graph refuses it. */
export interface Shape {
  /** Without namespace: `message`. */
  readonly type: string;
  readonly properties: ReadonlySet<string>;
  /** What `$expand` may name. */
  readonly navigation: ReadonlySet<string>;
}

export function shape(type: string, properties: readonly string[], navigation: readonly string[] = []): Shape {
  return { type, properties: new Set(properties), navigation: new Set(navigation) };
}

/** Throws 400 for a name that the type doesn't have. */
export function checkSelect(of: Shape, select: readonly string[] | undefined): void {
  for (const name of select ?? []) {
    const known = name === '*' || of.properties.has(name) || of.navigation.has(name) || name.startsWith('@');
    if (!known) throw noSuchProperty(of, name);
  }
}

export function checkExpand(of: Shape, expand: readonly Expand[]): void {
  for (const { property } of expand) if (!of.navigation.has(property)) throw noSuchProperty(of, property);
}

/** Only the selected properties, and what is never left out: the id and annotations. */
export function project(entity: Record<string, unknown>, select: readonly string[] | undefined) {
  if (select === undefined || select.includes('*')) return entity;
  const wanted = new Set(select);
  return Object.fromEntries(
    Object.entries(entity).filter(([name]) => {
      const of = name.split('@')[0] as string;
      return wanted.has(name) || name === 'id' || of === '' || (name !== of && wanted.has(of));
    }),
  );
}

function noSuchProperty(of: Shape, name: string) {
  return badRequest(
    `Parsing OData Select and Expand failed: Could not find a property named '${name}' on type 'microsoft.graph.${of.type}'.`,
  );
}
