import type { Sent } from '@sterna/application';
import type { AddressGuard } from './address-guard.ts';
import { guardedRequest } from './guarded-fetch.ts';
import { unreachableInWords } from './unreachable.ts';

const TIMEOUT_MS = 15_000;

/** One POST to where the user's URL leads, by `guardedRequest`; nothing of the answer is kept but its status. */
export async function sendWebhook(
  guard: AddressGuard,
  userAgent: string,
  message: { readonly url: string; readonly headers: Readonly<Record<string, string>>; readonly body: string },
  timeoutMs = TIMEOUT_MS,
): Promise<Sent> {
  const url = new URL(message.url);
  try {
    const response = await guardedRequest(guard, url, {
      method: 'POST',
      headers: { ...message.headers, 'user-agent': userAgent },
      body: message.body,
      timeoutMs,
    });
    const status = response.statusCode ?? 0;
    // Whatever it has to say: nobody reads it.
    response.destroy();
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
