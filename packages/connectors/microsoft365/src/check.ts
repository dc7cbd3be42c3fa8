import { type CheckLine, composeSessions, type SystemConfig } from '@sterna/connector-kit';
import { asSternaError, type ContentKind, SternaError } from '@sterna/core';
import { type Connection, connect } from './connect.ts';
import { EXCHANGE_RIGHT, type ExchangeTransfer } from './exchange/exchange-transfer.ts';
import { grantedRights } from './graph/granted-rights.ts';
import { type GraphGroup, groupAt, isTeam } from './groups/find-group.ts';
import { groupRights, openGroup } from './groups/open.ts';
import { PARTS } from './parts.ts';
import { contextOf } from './session.ts';
import { openSite } from './sites/open.ts';
import { isSiteAddress } from './sites/site-address.ts';
import { SITE_RIGHTS } from './sites/site-context.ts';

const NEVER = new AbortController().signal;

/** Codes of what keeps one part away and leaves the others: a license, a permission. */
const OPTIONAL: ReadonlySet<string> = new Set(['not-allowed-there', 'mailbox-not-found', 'drive-not-found']);

const fixOf = ({ fix }: SternaError): { readonly fix?: string } => (fix === undefined ? {} : { fix });

/** Line by line: what the whole depends on first, then each part by itself. Never throws. */
export async function checkMicrosoft365(
  system: SystemConfig,
  address: string | undefined,
  signal: AbortSignal = NEVER,
): Promise<readonly CheckLine[]> {
  const lines: CheckLine[] = [];
  const failed = (name: string, thrown: unknown): void => {
    const error = asSternaError(thrown);
    lines.push({ name, ok: false, evidence: error.message, ...fixOf(error) });
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
      if (isSiteAddress(address)) {
        doing = 'site';
        lines.push(...(await checkSite(connection, address, granted)));
        return lines;
      }
      doing = 'user';
      const context = await userOrGroup(connection, address);
      if (isGroup(context)) {
        doing = 'group';
        lines.push(...(await checkGroup(connection, address, context, granted)));
        return lines;
      }
      lines.push({ name: 'user', ok: true, evidence: `${address} is known` });
      const missing: CheckLine[] = [];
      let works = 0;
      for (const part of PARTS)
        try {
          const session = await part.open(context);
          lines.push(rightLine(part.title, part.rights, granted));
          for (const [name, words] of Object.entries(session.capabilities.evidence))
            lines.push({ name: `${part.title}: ${name}`, ok: true, evidence: words });
          const containers = await session.reader.containers();
          const objects = containers.reduce((sum, one) => sum + (one.total ?? 0), 0);
          lines.push({ name: part.title, ok: true, evidence: `${containers.length} folders, ${objects} objects` });
          works += 1;
        } catch (thrown) {
          if (thrown instanceof SternaError && OPTIONAL.has(thrown.code))
            missing.push({ name: part.title, ok: true, evidence: thrown.message, ...fixOf(thrown) });
          else failed(part.title, thrown);
        }
      if (works > 0) lines.push(await wholeLine(context.transfer));
      // An entry may be of one part alone, so a part that the user or the app doesn't have is information; without any
      // there is nothing to migrate.
      lines.push(...missing.map((line) => ({ ...line, ok: works > 0 })));
    } finally {
      connection.client.destroy();
    }
  } catch (thrown) {
    failed(doing, thrown);
  }
  return lines;
}

/** @throws SternaError */
async function checkSite(
  connection: Connection,
  address: string,
  granted: readonly string[] | undefined,
): Promise<readonly CheckLine[]> {
  const session = composeSessions(await openSite(connection, { address, role: 'write', installation: '00000000' }));
  const containers = await session.reader.containers();
  const count = (kind: ContentKind): number => containers.filter((one) => one.kind === kind).length;
  const pages = containers.find(({ kind }) => kind === 'page')?.total ?? 0;
  return [
    {
      name: 'site',
      ok: true,
      evidence: `${address} is there: ${count('file')} folders, ${count('listItem')} lists, ${pages} pages`,
    },
    rightLine('SharePoint', SITE_RIGHTS, granted),
    rightLine('Lists and columns', { read: SITE_RIGHTS.read, write: SITE_RIGHTS.manage }, granted),
  ];
}

type User = Awaited<ReturnType<typeof contextOf>>;
const isGroup = (found: User | GraphGroup): found is GraphGroup => 'id' in found;

/** Whose address it is. @throws SternaError config `address-not-found` where it is nobody's */
async function userOrGroup(connection: Connection, address: string): Promise<User | GraphGroup> {
  try {
    return await contextOf(connection, { address, role: 'write', installation: '00000000' });
  } catch (thrown) {
    if (!(thrown instanceof SternaError) || !NO_USER.has(thrown.code)) throw thrown;
    const group = await groupAt(connection, address);
    if (group === undefined) throw thrown;
    return group;
  }
}

const NO_USER: ReadonlySet<string> = new Set(['address-not-found', 'bad-address']);

/** @throws SternaError */
async function checkGroup(
  connection: Connection,
  address: string,
  group: GraphGroup,
  granted: readonly string[] | undefined,
): Promise<readonly CheckLine[]> {
  const itemType = isTeam(group) ? 'team' : 'group';
  const request = { address, itemType, role: 'write', installation: '00000000' } as const;
  const session = composeSessions(await openGroup(connection, request));
  const containers = await session.reader.containers();
  const of = (kind: ContentKind) => containers.filter((one) => one.kind === kind);
  const members = of('member').reduce((sum, one) => sum + (one.total ?? 0), 0);
  const what = isTeam(group) ? `a team with ${of('post').length} channels` : 'a group';
  return [
    {
      name: 'group',
      ok: true,
      evidence: `${group.displayName ?? address} is ${what}: ${members} members, ${of('file').length} folders, ${of('listItem').length} plans`,
    },
    ...groupRights(isTeam(group)).flatMap((one) => (one.read === one.write ? [] : rightLine(one.of, one, granted))),
  ];
}

/** The route between two tenants of Exchange, and what is lost without it. */
async function wholeLine(transfer: ExchangeTransfer): Promise<CheckLine> {
  const name = 'export and import';
  const otherwise = 'mail goes by MIME and JSON, which Exchange writes anew, and events without their people';
  if (transfer.formats.length === 0)
    return { name, ok: true, evidence: `off by the setting exportImport: between two tenants ${otherwise}` };
  if (await transfer.isAllowed())
    return {
      name,
      ok: true,
      evidence:
        'between two tenants, mail and events go whole (with a meeting’s people, and nobody is mailed), if the other one allows it too; people keep the addresses that they have at the source',
    };
  return {
    name,
    ok: true,
    evidence: `not allowed here: between two tenants ${otherwise}`,
    fix: `Grant the app the application permission ${EXCHANGE_RIGHT}; Microsoft has it in the public cloud alone.`,
  };
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
