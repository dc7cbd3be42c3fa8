import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Microsoft's own description of Graph v1.0, which lies beside the checkout where it is at hand. */
const FILE = fileURLToPath(new URL('../../../../../shared/contracts/graph/v1.0-Prod.csdl', import.meta.url));

export interface Property {
  /** Qualified, aliases resolved: `Edm.String`, `Collection(microsoft.graph.recipient)`. */
  readonly type: string;
  readonly nullable: boolean;
  readonly navigation: boolean;
  /** The service computes it: clients don't send it. */
  computed: boolean;
}

export interface StructuredType {
  readonly name: string;
  readonly base: string | undefined;
  readonly entity: boolean;
  readonly hasStream: boolean;
  /** A complex type that may have members of any name, such as a plan's assignments by user. */
  readonly open: boolean;
  readonly properties: Map<string, Property>;
}

export interface EnumType {
  readonly members: Set<string>;
  readonly flags: boolean;
}

export interface Operation {
  readonly name: string;
  readonly kind: 'Action' | 'Function';
  readonly binding: string;
  readonly parameters: Map<string, Property>;
  returnType: string | undefined;
}

export interface Csdl {
  readonly types: Map<string, StructuredType>;
  readonly enums: Map<string, EnumType>;
  /** By name. */
  readonly operations: Map<string, Operation[]>;
  /** Entity sets (as Collection(…)) and singletons. */
  readonly container: Map<string, string>;
}

/** Undefined, with a notice, where the description isn't at hand. */
export function readCsdl(): Csdl | undefined {
  if (existsSync(FILE)) return parseCsdl(readFileSync(FILE, 'utf8'));
  console.warn('The description of Microsoft Graph is not beside this checkout: requests and replies are not checked.');
  return undefined;
}

const TAG = /<(\/?)([\w.:]+)((?:\s+[\w.:]+="[^"]*")*)\s*(\/?)>/g;

export function parseCsdl(xml: string): Csdl {
  const csdl: Csdl = { types: new Map(), enums: new Map(), operations: new Map(), container: new Map() };
  const aliases = new Map(
    [...xml.matchAll(/Namespace="([\w.]+)" Alias="([\w.]+)"/g)].map(([, of, alias]) => [alias, of]),
  );
  const resolve = (type: string) =>
    type.replace(/(?<![\w.])(\w+)\.(?=\w+\)?$)/, (_whole, alias: string) => `${aliases.get(alias) ?? alias}.`);
  let namespace = '';
  let type: StructuredType | undefined;
  let enumType: EnumType | undefined;
  let operation: Operation | undefined;
  let target: string | undefined;
  const computed: string[] = [];
  for (const [, closing, tag, rawAttributes, selfClosing] of xml.matchAll(TAG)) {
    if (closing === '/') {
      if (tag === 'EntityType' || tag === 'ComplexType') type = undefined;
      if (tag === 'EnumType') enumType = undefined;
      if (tag === 'Annotations') target = undefined;
      if (tag === 'Action' || tag === 'Function') {
        if (operation !== undefined) addOperation(csdl, operation);
        operation = undefined;
      }
      continue;
    }
    const at = attributes(rawAttributes ?? '');
    if (tag === 'Schema') namespace = at.Namespace as string;
    else if (tag === 'EntityType' || tag === 'ComplexType') {
      const made: StructuredType = {
        name: `${namespace}.${at.Name}`,
        base: at.BaseType && resolve(at.BaseType),
        entity: tag === 'EntityType',
        hasStream: at.HasStream === 'true',
        open: tag === 'ComplexType' && at.OpenType === 'true',
        properties: new Map(),
      };
      csdl.types.set(made.name, made);
      if (selfClosing !== '/') type = made;
    } else if (tag === 'EnumType') {
      enumType = { members: new Set(), flags: at.IsFlags === 'true' };
      csdl.enums.set(`${namespace}.${at.Name}`, enumType);
    } else if (tag === 'Member') enumType?.members.add(at.Name as string);
    else if (tag === 'Property' || tag === 'NavigationProperty') {
      type?.properties.set(at.Name as string, {
        type: resolve(at.Type as string),
        nullable: at.Nullable !== 'false',
        navigation: tag === 'NavigationProperty',
        computed: false,
      });
    } else if (tag === 'Action' || tag === 'Function') {
      operation = { name: at.Name as string, kind: tag, binding: '', parameters: new Map(), returnType: undefined };
      if (at.IsBound !== 'true') operation = undefined;
    } else if (tag === 'Parameter' && operation !== undefined) {
      const parameterType = resolve(at.Type as string);
      if (operation.binding === '') operation = { ...operation, binding: parameterType };
      else {
        const nullable = at.Nullable !== 'false';
        operation.parameters.set(at.Name as string, {
          type: parameterType,
          nullable,
          navigation: false,
          computed: false,
        });
      }
    } else if (tag === 'ReturnType' && operation !== undefined) operation.returnType = resolve(at.Type as string);
    else if (tag === 'EntitySet')
      csdl.container.set(at.Name as string, `Collection(${resolve(at.EntityType as string)})`);
    else if (tag === 'Singleton') csdl.container.set(at.Name as string, resolve(at.Type as string));
    else if (tag === 'Annotations') target = resolveTarget(at.Target as string, aliases);
    else if (tag === 'Annotation' && target !== undefined && at.Term === 'Org.OData.Core.V1.Computed') {
      if (at.Bool !== 'false') computed.push(target);
    }
  }
  for (const path of computed) {
    const [of, name] = path.split('/');
    const property = csdl.types.get(of as string)?.properties.get(name as string);
    if (property !== undefined) property.computed = true;
  }
  return csdl;
}

/** A type's property, its base types' included. */
export function propertyOf(csdl: Csdl, type: string, name: string): Property | undefined {
  for (
    let at = csdl.types.get(type);
    at !== undefined;
    at = at.base === undefined ? undefined : csdl.types.get(at.base)
  ) {
    const property = at.properties.get(name);
    if (property !== undefined) return property;
  }
  return undefined;
}

export function isA(csdl: Csdl, type: string, base: string): boolean {
  for (let at: string | undefined = type; at !== undefined; at = csdl.types.get(at)?.base) if (at === base) return true;
  return false;
}

/** It, or a type that it extends, takes members of any name. */
export function isOpen(csdl: Csdl, type: string): boolean {
  for (let at = csdl.types.get(type); at !== undefined; at = csdl.types.get(at.base ?? '')) if (at.open) return true;
  return false;
}

/** `T` of `Collection(T)`; undefined for anything else. */
export function elementOf(type: string): string | undefined {
  return /^Collection\((.*)\)$/.exec(type)?.[1];
}

function addOperation(csdl: Csdl, operation: Operation): void {
  const list = csdl.operations.get(operation.name) ?? [];
  list.push(operation);
  csdl.operations.set(operation.name, list);
}

function resolveTarget(target: string, aliases: ReadonlyMap<string | undefined, string | undefined>): string {
  return target.replace(/^(\w+)\./, (_whole, alias: string) => `${aliases.get(alias) ?? alias}.`);
}

function attributes(text: string): Record<string, string | undefined> {
  return Object.fromEntries([...text.matchAll(/([\w.:]+)="([^"]*)"/g)].map(([, name, value]) => [name, value]));
}
