import { type Client, createClient } from '@sterna/api-contract';
import { SternaError } from '@sterna/core';
import type { GlobalOptions } from '../context.ts';
import { readCredentials } from './credentials-file.ts';

export const DEFAULT_SERVER = 'http://127.0.0.1:7420';

/** --server, STERNA_URL, the server signed in to last, the default: in this order. */
export async function serverUrl(options: GlobalOptions): Promise<string> {
  const given = options.server ?? (process.env.STERNA_URL || undefined);
  const text = given ?? (await readCredentials()).server ?? DEFAULT_SERVER;
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw badUrl(text);
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw badUrl(text);
  return url.origin;
}

const badUrl = (text: string): SternaError =>
  new SternaError('config', 'server-url-invalid', `"${text}" is no server URL.`, {
    field: '--server',
    fix: 'Write for example http://127.0.0.1:7420.',
  });

/** A client that is signed in. @throws SternaError auth `not-signed-in` */
export async function connect(options: GlobalOptions): Promise<Client> {
  const baseUrl = await serverUrl(options);
  const token = process.env.STERNA_TOKEN || (await readCredentials()).tokens[baseUrl];
  if (token === undefined) {
    throw new SternaError('auth', 'not-signed-in', `You are not signed in to ${baseUrl}.`, {
      fix: 'Run `sterna login` (or `sterna setup` on a new server), or set STERNA_TOKEN.',
    });
  }
  return createClient({ baseUrl, token });
}

/** A client for the few things that strangers may ask. */
export async function connectAsStranger(options: GlobalOptions): Promise<{ client: Client; baseUrl: string }> {
  const baseUrl = await serverUrl(options);
  return { client: createClient({ baseUrl }), baseUrl };
}
