/** A request's path, in the forms that OData and OneDrive allow, taken apart. */
export interface ODataPath {
  /** Decoded; `users('a')` has become two segments, `microsoft.graph.delta()` has become `delta`. */
  readonly segments: string[];
  /** Arguments of a bound function: `delta(token='x')`. */
  readonly functionArguments: Map<string, string>;
  /** Of `root:/a/b.txt:` or `items/{id}:/a/b.txt:`, decoded; it has been taken out of `segments`. */
  readonly relativePath: string[] | undefined;
  /** Of `sites/contoso.sharepoint.com:/sites/sales:`, decoded; it has been taken out of `segments`. */
  readonly sitePath: string | undefined;
}

const SITE_ADDRESSED = /^(\/sites\/[^/:,]+):\/([^:]*?)\/?(?::(\/.*)?)?$/;
const ADDRESSED = /^(.*?\/(?:root|items\/[^/:]+)):(?:\/([^:]*))?(?::(\/.*)?)?$/;

/** @param path without version and query, starting with a slash, still percent-encoded */
export function parsePath(path: string): ODataPath {
  const ofSite = SITE_ADDRESSED.exec(path);
  const rest = ofSite === null ? path : `${ofSite[1]}${ofSite[3] ?? ''}`;
  const addressed = ADDRESSED.exec(rest);
  const plain = addressed === null ? rest : `${addressed[1]}${addressed[3] ?? ''}`;
  const functionArguments = new Map<string, string>();
  const segments: string[] = [];
  for (const raw of plain.split('/')) {
    if (raw === '') continue;
    const called = /^([^(]+)\((.*)\)$/.exec(raw);
    if (called === null) {
      segments.push(withoutNamespace(decode(raw)));
      continue;
    }
    segments.push(withoutNamespace(called[1] as string));
    const inside = decode(called[2] as string);
    const key = /^'((?:[^']|'')*)'$/.exec(inside);
    if (key !== null) segments.push((key[1] as string).replaceAll("''", "'"));
    else {
      for (const argument of inside.matchAll(/(\w+)=(?:'((?:[^']|'')*)'|([^,]*))/g)) {
        functionArguments.set(argument[1] as string, (argument[2] ?? argument[3] ?? '').replaceAll("''", "'"));
      }
    }
  }
  const relativePath = addressed === null ? undefined : (addressed[2] ?? '').split('/').filter(Boolean).map(decode);
  const sitePath = ofSite === null ? undefined : (ofSite[2] as string).split('/').map(decode).join('/');
  return { segments, functionArguments, relativePath, sitePath };
}

function withoutNamespace(segment: string): string {
  return segment.replace(/^(?:microsoft\.graph|graph)\.(?=\w+$)/, '');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
