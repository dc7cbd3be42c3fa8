import { badRequest } from '../http/errors.ts';

/** One item of `$expand`: a navigation property and the options in its parentheses. */
export interface Expand {
  readonly property: string;
  readonly select: string[] | undefined;
  readonly filter: string | undefined;
  readonly top: number | undefined;
  readonly expand: Expand[];
}

/** `attachments($select=name;$top=5),singleValueExtendedProperties($filter=id eq 'x' or id eq 'y')` */
export function parseExpand(text: string): Expand[] {
  return splitTop(text, ',').map((part) => {
    const match = /^\s*([\w.]+)\s*(?:\((.*)\))?\s*$/s.exec(part);
    if (match === null) throw badRequest(`Parsing $expand failed at '${part}'.`);
    const options = new Map<string, string>();
    for (const option of match[2] === undefined ? [] : splitTop(match[2], ';')) {
      const [name = '', value = ''] = option.split(/=(.*)/s);
      const key = name.trim().toLowerCase().replace(/^\$?/, '$');
      if (!['$select', '$filter', '$top', '$expand'].includes(key)) {
        throw badRequest(`The query option '${name}' is not supported within $expand.`);
      }
      options.set(key, value.trim());
    }
    return {
      property: match[1] as string,
      select: options
        .get('$select')
        ?.split(',')
        .map((name) => name.trim()),
      filter: options.get('$filter'),
      top: options.has('$top') ? Number(options.get('$top')) : undefined,
      expand: options.has('$expand') ? parseExpand(options.get('$expand') as string) : [],
    };
  });
}

/** Splits at a separator that is neither quoted nor in parentheses. */
export function splitTop(text: string, separator: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quoted = false;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const letter = text[at];
    if (letter === "'") quoted = !quoted;
    else if (quoted) continue;
    else if (letter === '(') depth++;
    else if (letter === ')') depth--;
    else if (letter === separator && depth === 0) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}
