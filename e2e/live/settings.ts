import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

const NAMES = ['address', 'connectorSettings', 'passwordFile'];

/** What a run against an account that somebody owns needs. */
export interface LiveSettings {
  /** As a system of this connector has them. */
  readonly connectorSettings: Readonly<Record<string, unknown>>;
  readonly address: string;
  /** Goes into no file, no report and no argument. */
  readonly password: string;
}

const SECRET_NAMES = /^(?:password|secret|clientSecret|accessToken|privateKey|key)$/i;
/** Where the secret is, if the settings name no file. */
export const PASSWORD_VARIABLE = 'STERNA_LIVE_PASSWORD';

/** @throws Error in words, for a person, without a word of what the files hold */
export function readLiveSettings(file: string, environment: NodeJS.ProcessEnv): LiveSettings {
  const given = parsed(read(file, 'The settings'), file);
  const secret = [...Object.keys(given), ...Object.keys((given.connectorSettings as object | undefined) ?? {})].find(
    (name) => SECRET_NAMES.test(name),
  );
  if (secret !== undefined)
    throw new Error(
      `“${secret}” doesn’t belong into ${file}: name a file that holds it as "passwordFile", or set ${PASSWORD_VARIABLE}.`,
    );
  const { address, connectorSettings = {}, passwordFile } = given;
  const strange = Object.keys(given).find((name) => !NAMES.includes(name));
  if (strange !== undefined)
    throw new Error(`${file} has “${strange}”, which nobody knows: it takes ${NAMES.join(', ')}.`);
  if (typeof address !== 'string' || address === '') throw new Error(`"address" in ${file} must name a mailbox.`);
  if (typeof connectorSettings !== 'object' || connectorSettings === null || Array.isArray(connectorSettings))
    throw new Error(`"connectorSettings" in ${file} must be an object: what a system of this kind is set to.`);
  if (passwordFile !== undefined && typeof passwordFile !== 'string')
    throw new Error(`"passwordFile" in ${file} must be the path of a file.`);
  const password =
    passwordFile === undefined
      ? environment[PASSWORD_VARIABLE]
      : read(resolve(dirname(file), passwordFile), 'The secret').replace(/\r?\n$/, '');
  if (password === undefined || password === '')
    throw new Error(`There is no secret: name its file as "passwordFile" in ${file}, or set ${PASSWORD_VARIABLE}.`);
  return { connectorSettings: connectorSettings as Record<string, unknown>, address, password };
}

function read(file: string, what: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`${what} can’t be read: ${file} (${(error as NodeJS.ErrnoException).code}).`);
  }
}

function parsed(text: string, file: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own words quote the text.
    throw new Error(`${file} is no JSON.`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${file} holds no object.`);
  return value as Record<string, unknown>;
}
