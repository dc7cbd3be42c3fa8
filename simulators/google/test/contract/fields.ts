import type { Api, Schema } from './discovery.ts';

/** Names of a `fields` mask that the schema doesn't have. Written apart from the simulator's own reading of masks. */
export function fieldsFaults(api: Api, mask: string, schema: Schema): string[] {
  const tokens = mask.match(/[^,()/\s]+|[,()/]/g) ?? [];
  const faults: string[] = [];
  let at = 0;

  /** Undefined: anything may be here. */
  function target(of: Schema | undefined): Schema | undefined {
    if (of?.$ref !== undefined) return target(api.schemas[of.$ref]);
    return of?.type === 'array' ? target(of.items) : of;
  }

  function list(of: Schema | undefined): void {
    while (at < tokens.length && tokens[at] !== ')') {
      chain(of);
      if (tokens[at] === ',') at++;
    }
  }

  function chain(of: Schema | undefined): void {
    const name = tokens[at++] as string;
    const found = of?.properties?.[name] ?? of?.additionalProperties;
    if (name !== '*' && of !== undefined && found === undefined) faults.push(`fields: no '${name}'`);
    const below = target(found);
    if (tokens[at] === '/') {
      at++;
      chain(below);
    } else if (tokens[at] === '(') {
      at++;
      list(below);
      at++;
    }
  }

  list(target(schema));
  return faults;
}
