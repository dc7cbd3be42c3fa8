import type { DavHttp, DavRequest } from './http.ts';
import { type MultiStatus, parseMultiStatus, xml, xmlDocument } from './xml.ts';

/** Asks for properties (RFC 4918 section 9.1). */
export function propfindRequest(
  url: URL,
  depth: 0 | 1,
  properties: readonly string[],
  doing: string,
): DavRequest & { readonly body: Buffer } {
  return {
    method: 'PROPFIND',
    url,
    headers: { depth: String(depth), 'content-type': 'application/xml; charset=utf-8' },
    body: xmlDocument('d:propfind', xml('d:prop', properties.map((name) => xml(name)).join(''))),
    doing,
    repeatable: true,
  };
}

export async function propfind(
  http: DavHttp,
  url: URL,
  depth: 0 | 1,
  properties: readonly string[],
  doing: string,
): Promise<MultiStatus & { readonly url: URL }> {
  const answer = await http.send(propfindRequest(url, depth, properties, doing));
  return { ...parseMultiStatus(answer.body), url: answer.url };
}
