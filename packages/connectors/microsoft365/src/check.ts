import type { CheckLine, SystemConfig } from '@sterna/connector-kit';
import { asSternaError, SternaError } from '@sterna/core';
import { connect } from './connect.ts';
import { PARTS } from './parts.ts';
import { contextOf } from './session.ts';

const NEVER = new AbortController().signal;

/** Line by line: what the whole depends on first, then each part by itself. Never throws. */
export async function checkMicrosoft365(
  system: SystemConfig,
  address: string | undefined,
  signal: AbortSignal = NEVER,
): Promise<readonly CheckLine[]> {
  const lines: CheckLine[] = [];
  const failed = (name: string, thrown: unknown): void => {
    const error = asSternaError(thrown);
    lines.push({ name, ok: false, evidence: error.message, ...(error.fix ? { fix: error.fix } : {}) });
  };
  let doing = 'settings';
  try {
    const connection = connect({ system, address, signal });
    try {
      lines.push({ name: 'settings', ok: true, evidence: `tenant ${connection.where}` });
      doing = 'sign-in';
      const token = await connection.tokens.token(signal);
      const granted = grantedRights(token);
      lines.push({
        name: 'sign-in',
        ok: true,
        evidence:
          granted === undefined
            ? 'a token was given; it doesn’t tell its permissions'
            : `the app may: ${granted.join(', ') || 'nothing'}`,
      });
      if (address === undefined) return lines;
      doing = 'user';
      const context = await contextOf(connection, { address, role: 'write', installation: '00000000' });
      lines.push({ name: 'user', ok: true, evidence: `${address} is known` });
      for (const part of PARTS)
        try {
          const session = await part.open(context);
          lines.push(rightLine(part.title, part.rights, granted));
          for (const [name, words] of Object.entries(session.capabilities.evidence))
            lines.push({ name: `${part.title}: ${name}`, ok: true, evidence: words });
          const containers = await session.reader.containers();
          const objects = containers.reduce((sum, one) => sum + (one.total ?? 0), 0);
          lines.push({ name: part.title, ok: true, evidence: `${containers.length} folders, ${objects} objects` });
        } catch (thrown) {
          // An entry may be of one part alone: what the app wasn't granted at all is information.
          if (thrown instanceof SternaError && thrown.code === 'not-allowed-there' && address !== undefined)
            lines.push({
              name: part.title,
              ok: granted === undefined || !granted.some((one) => satisfies(one, part.rights.read)),
              evidence: `not allowed to the app: ${thrown.message}`,
              ...(thrown.fix === undefined ? {} : { fix: thrown.fix }),
            });
          else failed(part.title, thrown);
        }
    } finally {
      connection.client.destroy();
    }
  } catch (thrown) {
    failed(doing, thrown);
  }
  return lines;
}

function rightLine(
  title: string,
  { read, write }: { readonly read: string; readonly write: string },
  granted: readonly string[] | undefined,
): CheckLine {
  const name = `${title}: permissions`;
  if (granted === undefined) return { name, ok: true, evidence: `reading works; writing takes ${write}` };
  if (granted.some((one) => satisfies(one, write))) return { name, ok: true, evidence: `${write}: read and write` };
  return {
    name,
    ok: true,
    evidence: `read only: good for a source, not for a target (it has no ${write})`,
    fix: `For a target, grant the app ${write}; a source takes ${read}.`,
  };
}

/** `Mail.ReadWrite` holds what `Mail.Read` does. */
const satisfies = (granted: string, wanted: string): boolean =>
  granted === wanted || granted === wanted.replace(/\.Read(?=\.|$)/, '.ReadWrite');

/** The `roles` of an app-only token; undefined where it is opaque. For words alone, nothing depends on it. */
function grantedRights(token: string): readonly string[] | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    const { roles } = claims as { roles?: unknown };
    return Array.isArray(roles)
      ? roles.filter((one) => typeof one === 'string' && /^[\w.-]{1,100}$/.test(one))
      : undefined;
  } catch {
    return undefined;
  }
}
