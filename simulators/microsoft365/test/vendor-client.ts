import { Client, type Context, type Middleware } from '@microsoft/microsoft-graph-client';
import type { Microsoft365 } from '../src/index.ts';

/**
 * Microsoft's own client, unmodified but for what signs and sends: over plain http it would send no token at all. URLs
 * that need none (uploads, downloads) get none.
 */
export function vendorClient(server: Microsoft365, token: string): Client {
  return Client.initWithMiddleware({ baseUrl: `${server.baseUrl}/`, middleware: new SignAndSend(server, token) });
}

class SignAndSend implements Middleware {
  readonly #server: Microsoft365;
  readonly #token: string;

  constructor(server: Microsoft365, token: string) {
    this.#server = server;
    this.#token = token;
  }

  async execute(context: Context): Promise<void> {
    // The client puts its base before a URL that isn't https.
    const whole = String(context.request);
    const url = whole.slice(whole.lastIndexOf('http://'));
    const headers = new Headers(context.options?.headers as Record<string, string>);
    if (url.startsWith(`${this.#server.baseUrl}/v1.0/`)) headers.set('authorization', `Bearer ${this.#token}`);
    context.response = await fetch(url, { ...context.options, headers } as RequestInit);
  }
}
