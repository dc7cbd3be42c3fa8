import { type Csdl, elementOf, isA, type Operation, propertyOf } from './csdl.ts';

/** What a path names. */
export interface Resolved {
  /** Of what stands there; undefined when an operation returns nothing. */
  readonly type: string | undefined;
  readonly operation: Operation | undefined;
  /** The path ends in a stream's bytes. */
  readonly stream: boolean;
}

const SITE = /^(\/sites\/[^/:]+):\/[^:]+(?::(\/.*)?)?$/;
const ADDRESSED = /^(.*?\/(?:root|items\/[^/:]+)):(?:\/[^:]*)?(?::(\/.*)?)?$/;

/**
 * Follows a path (without version and query, percent-encoded) through the description.
 *
 * @returns a text that says which part isn't there
 */
export function resolvePath(csdl: Csdl, path: string): Resolved | string {
  // A site by its address is one site, however deep it lies.
  const plain = path.replace(SITE, '$1$2');
  const addressed = ADDRESSED.exec(plain);
  const segments = splitKeys(addressed === null ? plain : `${addressed[1]}${addressed[2] ?? ''}`);
  const [first, ...rest] = segments;
  let type = csdl.container.get(first ?? '');
  if (type === undefined) return `no entity set or singleton '${first}'`;
  let operation: Operation | undefined;
  for (const segment of rest) {
    if (operation !== undefined && operation.kind === 'Action') return `'${segment}' after an action`;
    if (segment === '$value') return { type, operation, stream: true };
    // A link to another object: its body is the other's URL.
    if (segment === '$ref') return { type: undefined, operation, stream: false };
    if (segment === '$count') return { type: 'Edm.Int32', operation, stream: true };
    const found: { type: string | undefined; operation?: Operation } | undefined = step(csdl, type, segment);
    if (found === undefined) return `no '${segment}' on ${type}`;
    operation = found.operation;
    if (found.type === undefined) return { type: undefined, operation, stream: false };
    type = found.type;
  }
  return { type, operation, stream: type === 'Edm.Stream' };
}

function step(
  csdl: Csdl,
  type: string,
  segment: string,
): { type: string | undefined; operation?: Operation } | undefined {
  const name = segment.replace(/\(.*\)$/, '').replace(/^(?:microsoft\.graph|graph)\./, '');
  const named = csdl.operations.get(name) ?? [];
  // A type's own one goes before that of a type that it extends.
  const operation =
    named.find(({ binding }) => binding === type) ?? named.find(({ binding }) => bindsTo(csdl, type, binding));
  const element = elementOf(type);
  if (operation !== undefined) return { type: operation.returnType, operation };
  const cast = `microsoft.graph.${name}`;
  if (segment.startsWith('microsoft.graph.') && isA(csdl, cast, element ?? type)) {
    return { type: element === undefined ? cast : `Collection(${cast})` };
  }
  if (element !== undefined) return csdl.types.get(element)?.entity === true ? { type: element } : undefined;
  const property = propertyOf(csdl, type, name);
  return property === undefined ? undefined : { type: property.type };
}

function bindsTo(csdl: Csdl, type: string, binding: string): boolean {
  const [element, bound] = [elementOf(type), elementOf(binding)];
  if ((element === undefined) !== (bound === undefined)) return false;
  return isA(csdl, element ?? type, bound ?? binding);
}

/** `users('a')/x` → `users`, `'a'`, `x`; a function keeps its parentheses. */
function splitKeys(path: string): string[] {
  return path
    .split('/')
    .filter((segment) => segment !== '')
    .flatMap((segment) => {
      const keyed = /^([^(]+)\(('.*')\)$/.exec(decodeURIComponent(segment));
      return keyed === null ? [segment] : [keyed[1] as string, keyed[2] as string];
    });
}
