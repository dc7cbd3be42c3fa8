import { SternaError } from '@sterna/core';

/** Servers of a mailbox that is several (connector `standards`). */
const PARTS = ['imap', 'caldav', 'carddav'] as const;

export interface PartSignIn {
  user?: string;
  password?: string;
  accessToken?: string;
}

export const PART_USER_HELP = 'sign-in name at one server of a mailbox that is several (repeatable): caldav=ada';

/**
 * Sign-ins of single servers: names from options, secrets from the environment alone (`STERNA_SOURCE_CALDAV_PASSWORD`,
 * `…_ACCESS_TOKEN`).
 *
 * @param prefix Of the variables: `STERNA_SOURCE`
 * @param users `caldav=name`
 * @throws SternaError config `part-unknown`
 */
export function partSignIns(
  prefix: string,
  users: readonly string[],
): { readonly parts?: Readonly<Record<string, PartSignIn>> } {
  const parts: Record<string, PartSignIn> = {};
  for (const given of users) {
    const [, key, user] = /^(\w+)=(.+)$/s.exec(given) ?? [];
    if (user === undefined || !PARTS.some((part) => part === key))
      throw new SternaError('config', 'part-unknown', `“${given}” names no server and user.`, {
        fix: `Write one of ${PARTS.map((part) => `${part}=NAME`).join(', ')}.`,
      });
    parts[key as string] = { user };
  }
  for (const part of PARTS) {
    const password = process.env[`${prefix}_${part.toUpperCase()}_PASSWORD`] || undefined;
    const accessToken = process.env[`${prefix}_${part.toUpperCase()}_ACCESS_TOKEN`] || undefined;
    if (password === undefined && accessToken === undefined) continue;
    parts[part] = {
      ...parts[part],
      ...(password === undefined ? {} : { password }),
      ...(accessToken === undefined ? {} : { accessToken }),
    };
  }
  return Object.keys(parts).length === 0 ? {} : { parts };
}
