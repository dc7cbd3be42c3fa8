import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import type { Sent } from '@sterna/application';
import type { AddressGuard } from './address-guard.ts';
import { unreachableInWords } from './unreachable.ts';

const TIMEOUT_MS = 15_000;

/**
 * One POST to where the user's URL leads, and nowhere else: the name is resolved once and that address is used,
 * redirects are not followed, and nothing of the answer is kept but its status.
 */
export async function sendWebhook(
  guard: AddressGuard,
  userAgent: string,
  message: { readonly url: string; readonly headers: Readonly<Record<string, string>>; readonly body: string },
  timeoutMs = TIMEOUT_MS,
): Promise<Sent> {
  const url = new URL(message.url);
  try {
    const status = await post(url, await guard.resolve(url.hostname), { ...message, userAgent, timeoutMs });
    return { ok: status >= 200 && status < 300, ...meaning(status) };
  } catch (thrown) {
    return { ok: false, words: unreachableInWords(thrown, url.host) };
  }
}

function meaning(status: number): { words: string; final?: boolean } {
  if (status >= 200 && status < 300) return { words: `Answered ${status}.` };
  // Standard Webhooks: the receiver is gone for good.
  if (status === 410) return { words: 'Answered 410: it takes no more messages.', final: true };
  if (status >= 300 && status < 400)
    return { words: `Answered ${status}: it sends elsewhere, and redirects are not followed. Correct the URL.` };
  if (status === 401 || status === 403) return { words: `Answered ${status}: it refuses messages from here.` };
  if (status === 404) return { words: 'Answered 404: nothing is there. Check the URL.' };
  return { words: `Answered ${status}.` };
}

function post(
  url: URL,
  place: { readonly address: string; readonly family: 4 | 6 },
  message: {
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    readonly userAgent: string;
    readonly timeoutMs: number;
  },
): Promise<number> {
  return new Promise((resolve, reject) => {
    const secure = url.protocol === 'https:';
    const hostname = url.hostname.replace(/^\[(.*)\]$/, '$1');
    const request = (secure ? httpsRequest : httpRequest)({
      method: 'POST',
      // The address that was looked at, not the name: it could lead elsewhere by now.
      host: place.address,
      family: place.family,
      port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
      path: `${url.pathname}${url.search}`,
      ...(secure && isIP(hostname) === 0 ? { servername: hostname } : {}),
      agent: false,
      signal: AbortSignal.timeout(message.timeoutMs),
      headers: {
        ...message.headers,
        host: url.host,
        'user-agent': message.userAgent,
        'content-length': Buffer.byteLength(message.body),
      },
    });
    request.on('error', reject);
    request.on('response', (response) => {
      resolve(response.statusCode ?? 0);
      // Whatever it has to say: nobody reads it.
      response.destroy();
    });
    request.end(message.body);
  });
}
