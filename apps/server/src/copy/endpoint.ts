import { readFile } from 'node:fs/promises';
import type { Connector, Credentials } from '@sterna/connector-kit';
import { connectorForUrl, urlOfPath } from '@sterna/connectors';
import { SternaError } from '@sterna/core';
import { z } from 'zod';

export type Side = 'source' | 'target';

/** One end of a copy, ready to open but for its password. */
export interface CopyEndpoint {
  readonly side: Side;
  readonly connector: Connector;
  readonly settings: unknown;
  readonly address: string;
  readonly credentials: Credentials;
  /** The URL without secrets: key of the state, shown to people. */
  readonly label: string;
  /** Signs in, and nothing to sign in with was given yet. */
  readonly needsPassword: boolean;
}

/** One letter is a drive of Windows. */
const SCHEME = /^[a-z][a-z0-9+.-]+:/i;
/** `scheme://user@host`: somebody signs in. A path has no user. */
const SIGNS_IN = /^[a-z][a-z0-9+.-]*:\/\/[^/@]+@/i;

/** A settings file may bring credentials that a URL and one password can't express (an OAuth token, a master user). */
const credentialsSchema = z.strictObject({
  user: z.string().optional(),
  password: z.string().optional(),
  accessToken: z.string().optional(),
});

/**
 * @param given an address, or the path of a file or folder that tells what it is
 * @param configFile JSON object with the connector's settings that don't fit a URL; they win over the URL's
 * @throws SternaError config, naming the side, and the part of the URL or file at fault
 */
export async function parseCopyEndpoint(
  side: Side,
  given: string,
  options: { readonly insecure: boolean; readonly configFile: string | undefined },
): Promise<CopyEndpoint> {
  return namingSide(side, async () => {
    const url = SCHEME.test(given) ? given : ((await urlOfPath(given, side === 'source' ? 'read' : 'write')) ?? given);
    const connector = connectorForUrl(url);
    const parsed = connector.parseUrl(url, { insecure: options.insecure });
    const file = options.configFile === undefined ? undefined : await readConfigFile(side, options.configFile);
    const settings =
      file === undefined
        ? parsed.settings
        : validSettings(connector, side, { ...(parsed.settings as object), ...file.settings });
    const credentials = { ...parsed.credentials, ...file?.credentials };
    return {
      side,
      connector,
      settings,
      address: parsed.address,
      credentials,
      label: parsed.label,
      needsPassword: SIGNS_IN.test(url) && credentials.password === undefined && credentials.accessToken === undefined,
    };
  });
}

/**
 * Address of a backup that was named by its folder: that of a drive is a plain folder of files, any other a Sterna backup.
 *
 * @throws SternaError config where the target names no system that is known
 */
export function backupAddress(backup: string, target: string): string {
  if (SCHEME.test(backup)) return backup;
  const isDrive = SCHEME.test(target) && connectorForUrl(target).itemTypes.every((type) => type === 'drive');
  // What a connector decodes is literal here.
  return `${isDrive ? 'files' : 'archive'}:${backup.replaceAll('%', '%25')}`;
}

/** Refuses what would copy a mailbox into itself as far as names can tell; open sessions tell the rest. */
export function refuseSameEndpoint(source: CopyEndpoint, target: CopyEndpoint): void {
  if (source.label !== target.label) return;
  throw new SternaError('config', 'target-is-source', `The target is the source: ${source.label}.`, {
    field: 'target',
    fix: 'Name another target.',
  });
}

async function readConfigFile(
  side: Side,
  path: string,
): Promise<{ settings: Record<string, unknown>; credentials: Credentials }> {
  const variable = `STERNA_${side.toUpperCase()}_CONFIG`;
  let parsed: unknown;
  try {
    parsed = JSON.parse(await readFile(path, 'utf8'));
  } catch (thrown) {
    const why = thrown instanceof SyntaxError ? 'is not valid JSON' : 'could not be read';
    throw new SternaError('config', 'config-file', `The settings file ${path} ${why}.`, {
      field: variable,
      fix: `Let ${variable} name a readable JSON file.`,
      cause: thrown,
    });
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new SternaError('config', 'config-file', `The settings file ${path} holds no JSON object.`, {
      field: variable,
    });
  }
  const { credentials, ...settings } = parsed as Record<string, unknown>;
  const checked = credentialsSchema.safeParse(credentials ?? {});
  if (!checked.success) throw firstIssue(checked.error, `The credentials in ${path}`, `${variable} credentials`);
  return {
    settings,
    credentials: Object.fromEntries(
      Object.entries(checked.data).filter(([, value]) => value !== undefined),
    ) as Credentials,
  };
}

function validSettings(connector: Connector, side: Side, settings: unknown): unknown {
  const checked = connector.settings.safeParse(settings);
  if (checked.success) return checked.data;
  throw firstIssue(checked.error, `The ${connector.title} settings`, `STERNA_${side.toUpperCase()}_CONFIG`);
}

/** Zod's words name the problem, never the value: values may be secrets. */
function firstIssue(error: z.ZodError, what: string, field: string): SternaError {
  const issue = error.issues[0];
  const path = issue?.path.map(String).join('.') ?? '';
  return new SternaError(
    'config',
    'settings-invalid',
    `${what} are not valid: ${issue?.message ?? 'unknown reason'}.`,
    {
      field: path === '' ? field : `${field}, ${path}`,
    },
  );
}

/** The field of an error says which of the two addresses is meant. */
async function namingSide<T>(side: Side, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (!(thrown instanceof SternaError) || thrown.class !== 'config') throw thrown;
    if (thrown.field?.startsWith('STERNA_') === true) throw thrown;
    throw new SternaError('config', thrown.code, thrown.message, {
      ...(thrown.fix === undefined ? {} : { fix: thrown.fix }),
      field: thrown.field === undefined ? side : `${side}, ${thrown.field}`,
      details: thrown.details,
      cause: thrown,
    });
  }
}
