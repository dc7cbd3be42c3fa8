import type { CheckLine } from '@sterna/connector-kit';
import { asSternaError } from '@sterna/core';
import { delegationFix } from '../api/delegated-tokens.ts';
import type { Connection } from '../connect.ts';
import { undelegated } from '../undelegated.ts';
import { CHAT_SCOPES, isSpaceName } from './chat.ts';
import { chatContextOf } from './context.ts';
import { Spaces } from './spaces.ts';

/** Undefined where the address is a person's or a group's. Never throws for a bad system. */
export async function checkSpaces(connection: Connection, address: string): Promise<readonly CheckLine[] | undefined> {
  if (address.includes('@')) return undefined;
  try {
    const context = chatContextOf(connection, { address, role: 'read', installation: '00000000' });
    const spaces = new Spaces(context);
    const lines: CheckLine[] = [];
    for (const { id, space } of await spaces.list()) {
      const members = await spaces.members(id);
      await spaces.reader(id);
      lines.push({
        name: `space ${space.displayName ?? id}`,
        ok: true,
        evidence: `${members.length} members; what is said there is read as one of them`,
      });
    }
    return [...lines, ...(await scopeLines(connection, context.admin))];
  } catch (thrown) {
    const { message, fix, code } = asSternaError(thrown);
    // A name that nobody has is right for a target: it is made.
    const isNew = code === 'space-not-found' && !isSpaceName(address);
    const line = {
      name: 'spaces',
      ok: isNew,
      evidence: isNew ? `None is called ${address}: good for a target` : message,
    };
    return [{ ...line, ...(fix === undefined || isNew ? {} : { fix }) }];
  }
}

async function scopeLines(connection: Connection, admin: string): Promise<readonly CheckLine[]> {
  const { key } = connection;
  if (key === undefined) return [];
  const lacking = await undelegated(connection, CHAT_SCOPES.admin.write, admin);
  if (lacking.length === 0) return [{ name: 'spaces: scopes', ok: true, evidence: 'read and write' }];
  return [
    {
      name: 'spaces: scopes',
      ok: true,
      evidence: `read only: good for a source, not for a target (not delegated: ${lacking.join(', ')})`,
      fix: `For a target: ${delegationFix(key.clientId, lacking)}`,
    },
  ];
}
