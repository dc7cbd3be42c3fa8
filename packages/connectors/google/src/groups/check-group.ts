import type { CheckLine } from '@sterna/connector-kit';
import { asSternaError } from '@sterna/core';
import { delegationFix, isNotDelegated } from '../api/delegated-tokens.ts';
import type { Connection } from '../connect.ts';
import { undelegated } from '../undelegated.ts';
import { ARCHIVE_UNREADABLE } from './archive.ts';
import { groupAt } from './find-group.ts';
import { groupApis } from './group.ts';
import { openGroup } from './open.ts';
import { GROUP_NEEDS } from './scopes.ts';

/** Undefined where the address is no group's, or nobody is named who could look. Never throws for a bad system. */
export async function checkGroup(connection: Connection, address: string): Promise<readonly CheckLine[] | undefined> {
  const { admin } = connection.settings;
  if (admin === undefined) return undefined;
  try {
    const { directory } = groupApis(connection, 'read');
    const group = await groupAt(directory, address);
    if (group === undefined) return undefined;
    const lines: CheckLine[] = [{ name: 'group', ok: true, evidence: `${group.name ?? address} is a group` }];
    for (const kind of ['setting', 'member'] as const) lines.push(await countLine(connection, address, kind));
    lines.push({ name: 'conversations', ok: true, evidence: ARCHIVE_UNREADABLE.text });
    const { key } = connection;
    if (key !== undefined)
      for (const { scopes, of } of GROUP_NEEDS) {
        const missing = await undelegated(connection, scopes.write, admin);
        lines.push({
          name: `${of}: scopes`,
          ok: true,
          evidence: missing.length === 0 ? 'read and write' : `not for a target (not delegated: ${missing.join(', ')})`,
          ...(missing.length === 0 ? {} : { fix: `For a target: ${delegationFix(key.clientId, missing)}` }),
        });
      }
    return lines;
  } catch (thrown) {
    // Whoever can't look groups up has no groups to migrate: the address is taken for a user's.
    if (isNotDelegated(thrown)) return undefined;
    return [failed('group', thrown)];
  }
}

async function countLine(connection: Connection, address: string, kind: 'setting' | 'member'): Promise<CheckLine> {
  const name = kind === 'setting' ? 'settings of the group' : 'members';
  try {
    const { reader } = await openGroup(connection, { address, kinds: [kind], role: 'read' });
    let objects = 0;
    for (const { id } of await reader.containers())
      for await (const { changes } of reader.changes(id, undefined, {})) objects += changes.length;
    return { name, ok: true, evidence: `${objects} objects` };
  } catch (thrown) {
    return failed(name, thrown);
  }
}

function failed(name: string, thrown: unknown): CheckLine {
  const { message, fix } = asSternaError(thrown);
  return { name, ok: false, evidence: message, ...(fix === undefined ? {} : { fix }) };
}
