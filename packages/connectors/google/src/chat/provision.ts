import { type Clock, found, missing, systemClock } from '@sterna/cloud-http';
import type { Blueprint, PlaceRequest, ProvisionLine } from '@sterna/connector-kit';
import { connect } from '../connect.ts';
import { chatContextOf } from './context.ts';
import { Spaces } from './spaces.ts';

/**
 * Says what is there. A space that takes what was said before is hidden, and gone after a while: the first pass makes it, not
 * whoever prepares it.
 *
 * @throws SternaError config `admin-missing` | `bad-address` | `space-ambiguous`; auth | transient | throttled
 */
export async function* provisionSpaces(
  request: PlaceRequest,
  blueprint: Blueprint,
  clock: Clock = systemClock,
): AsyncGenerator<ProvisionLine> {
  const connection = connect(request, clock);
  try {
    const context = chatContextOf(connection, { ...request, role: 'write', installation: '00000000' });
    const spaces = new Spaces(context);
    for (const { id, space } of await spaces.list())
      yield (await spaces.isImporting(id))
        ? found(`space ${space.displayName ?? id}`, 'It is being imported.')
        : missing(`a new space ${space.displayName ?? id}`, {
            reason: 'There is one, which takes nothing of the past any more.',
            fix: 'Give the entry another name as its target, or rename that space.',
          });
    for (const { address } of blueprint.members) {
      const what = `member ${address}`;
      const user = await context.people.find(address);
      if (user === undefined)
        yield missing(what, {
          reason: 'The organization has nobody of that address.',
          fix: 'Create this person there, or name the right one in the mapping table.',
        });
      else yield found(what);
    }
  } finally {
    connection.destroy();
  }
}
