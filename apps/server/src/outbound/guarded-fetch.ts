import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import type { AddressGuard } from './address-guard.ts';

const TIMEOUT_MS = 10_000;
const MOST_BYTES = 1024 * 1024;

export interface FetchOptions {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

/**
 * One request to where a URL leads, and nowhere else: the name is resolved once and that address is used, and redirects are
 * not followed.
 *
 * @param options.timeoutMs from when the name is resolved, until the answer is read
 * @throws AddressRefused; DNS and network errors
 */
export async function guardedRequest(
  guard: AddressGuard,
  url: URL,
  options: {
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string | undefined;
    readonly timeoutMs: number;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<IncomingMessage> {
  const place = await guard.resolve(url.hostname);
  const deadline = AbortSignal.timeout(options.timeoutMs);
  const signal = options.signal === undefined ? deadline : AbortSignal.any([deadline, options.signal]);
  const secure = url.protocol === 'https:';
  const hostname = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const { body } = options;
  return new Promise((resolve, reject) => {
    const request = (secure ? httpsRequest : httpRequest)({
      method: options.method,
      // The address that was looked at, not the name: it could lead elsewhere by now.
      host: place.address,
      family: place.family,
      port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
      path: `${url.pathname}${url.search}`,
      ...(secure && isIP(hostname) === 0 ? { servername: hostname } : {}),
      agent: false,
      signal,
      headers: {
        ...options.headers,
        host: url.host,
        ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
      },
    });
    request.on('error', reject);
    request.on('response', resolve);
    request.end(body);
  });
}

/**
 * `fetch` of a short answer by `guardedRequest`: it has 1 MiB and 10 seconds.
 *
 * @throws AddressRefused; DNS and network errors
 */
export const guardedFetch =
  (guard: AddressGuard) =>
  async (address: string, options: FetchOptions): Promise<Response> => {
    const { method, headers: sent, body, signal } = options;
    const response = await guardedRequest(guard, new URL(address), {
      method,
      headers: sent,
      body: body === undefined || body === null ? undefined : String(body),
      timeoutMs: TIMEOUT_MS,
      signal,
    });
    const status = response.statusCode ?? 0;
    const content = await bytesOf(response);
    const headers = new Headers();
    for (const [name, value] of Object.entries(response.headers))
      for (const one of [value].flat()) if (one !== undefined) headers.append(name, one);
    return new Response(status === 204 || status === 304 ? null : new Uint8Array(content), { status, headers });
  };

async function bytesOf(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MOST_BYTES) {
      response.destroy();
      throw new Error('The answer is too long.');
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
