import type { CheckLine, SystemConfig } from '@sterna/connector-kit';
import { asSternaError, type SternaError } from '@sterna/core';
import { delegationFix, isNotDelegated } from './api/delegated-tokens.ts';
import { checkSpaces } from './chat/check-spaces.ts';
import { type Connection, connect } from './connect.ts';
import { DIRECTORY_SCOPES } from './directory-scopes.ts';
import { checkGroup } from './groups/check-group.ts';
import type { PartDefinition } from './part.ts';
import { PARTS } from './parts.ts';
import { contextOf, isSharedDrive, scopeSets } from './session.ts';
import { undelegated } from './undelegated.ts';

const NEVER = new AbortController().signal;

const fixOf = ({ fix }: SternaError): { readonly fix?: string } => (fix === undefined ? {} : { fix });
const failed = (name: string, thrown: unknown): CheckLine => {
  const error = asSternaError(thrown);
  return { name, ok: false, evidence: error.message, ...fixOf(error) };
};

/** Line by line: the key, what is delegated to it, and what there is to migrate. Never throws. */
export async function checkGoogle(
  system: SystemConfig,
  address: string | undefined,
  signal: AbortSignal = NEVER,
): Promise<readonly CheckLine[]> {
  const lines: CheckLine[] = [];
  let connection: Connection;
  try {
    connection = connect({ system, signal });
  } catch (thrown) {
    return [failed('settings', thrown)];
  }
  try {
    const { key, settings } = connection;
    lines.push({
      name: 'service account',
      ok: true,
      evidence: key === undefined ? 'a token was given' : `${key.email}, client ID ${key.clientId}`,
    });
    if (settings.admin !== undefined) lines.push(await checkDirectory(connection, settings.admin));
    if (address === undefined) return lines;
    const spaces = isSharedDrive(address) ? undefined : await checkSpaces(connection, address);
    if (spaces !== undefined) return [...lines, ...spaces];
    const parts = await Promise.all(PARTS.map((part) => checkPart(connection, part, address)));
    // An entry may be of one part alone, so a part that nobody delegated is information; without any there is nothing
    // to migrate.
    const works = parts.some(({ isOpen }) => isOpen);
    const group = works ? undefined : await checkGroup(connection, address);
    if (group !== undefined) return [...lines, ...group];
    for (const part of parts)
      lines.push(...part.lines.map((line) => (part.isMissing && works ? { ...line, ok: true } : line)));
  } catch (thrown) {
    lines.push(failed('sign-in', thrown));
  } finally {
    connection.destroy();
  }
  return lines;
}

async function checkDirectory(connection: Connection, admin: string): Promise<CheckLine> {
  try {
    await connection.tokens(admin, [DIRECTORY_SCOPES]).token(connection.signal);
    return { name: 'listing the users', ok: true, evidence: `as ${admin}` };
  } catch (thrown) {
    // Nothing else depends on it.
    return { ...failed('listing the users', thrown), ok: isNotDelegated(thrown) };
  }
}

interface PartLines {
  readonly lines: readonly CheckLine[];
  readonly isOpen: boolean;
  /** It can't be used because nobody delegated its scopes. */
  readonly isMissing: boolean;
}

async function checkPart(connection: Connection, part: PartDefinition, address: string): Promise<PartLines> {
  const { title } = part;
  const lines: CheckLine[] = [];
  // Of a shared drive, the administrator.
  let subject = address;
  try {
    const context = contextOf(connection, part, { address, role: 'read', installation: '00000000' });
    subject = context.address;
    const session = await part.open(context);
    lines.push(await scopesLine(connection, part, subject));
    for (const [name, words] of Object.entries(session.capabilities.evidence))
      lines.push({ name: `${title}: ${name}`, ok: true, evidence: words });
    const containers = await session.reader.containers();
    const objects = containers.reduce((sum, one) => sum + (one.total ?? 0), 0);
    const counted = containers.some(({ total }) => total !== undefined) ? `, ${objects} objects` : '';
    lines.push({ name: title, ok: true, evidence: `${containers.length} folders${counted}` });
    return { lines, isOpen: true, isMissing: false };
  } catch (thrown) {
    if (isNotDelegated(thrown))
      return { lines: [await missingLine(connection, part, subject, thrown)], isOpen: false, isMissing: true };
    return { lines: [failed(title, thrown)], isOpen: false, isMissing: asSternaError(thrown).code === 'service-off' };
  }
}

/** Reading works; does writing? */
async function scopesLine(connection: Connection, part: PartDefinition, address: string): Promise<CheckLine> {
  const name = `${part.title}: scopes`;
  const { key } = connection;
  if (key === undefined)
    return { name, ok: true, evidence: `reading works; writing takes ${part.scopes.write.join(', ')}` };
  const missing = await undelegated(connection, part.scopes.write, address);
  if (missing.length === 0) return { name, ok: true, evidence: 'read and write' };
  return {
    name,
    ok: true,
    evidence: `read only: good for a source, not for a target (not delegated: ${missing.join(', ')})`,
    fix: `For a target: ${delegationFix(key.clientId, missing)}`,
  };
}

async function missingLine(
  connection: Connection,
  part: PartDefinition,
  address: string,
  thrown: unknown,
): Promise<CheckLine> {
  const [wanted = []] = scopeSets(part, 'read');
  const missing = await undelegated(connection, wanted, address);
  const { key } = connection;
  return {
    ...failed(part.title, thrown),
    evidence: `not delegated to the service account: ${(missing.length === 0 ? wanted : missing).join(', ')}`,
    ...(key === undefined ? {} : { fix: delegationFix(key.clientId, missing.length === 0 ? wanted : missing) }),
  };
}
