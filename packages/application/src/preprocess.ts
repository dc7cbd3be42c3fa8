import { SternaError } from '@sterna/core';
import { type EntryRow, inOrganization } from '@sterna/store';
import { requireSomewhere } from './access.ts';
import type { Actor, Context } from './context.ts';
import { refuseSameEndpoint, systemsOfEntry } from './endpoints.ts';
import { refuseArchived } from './entries.ts';
import { type PassView, passView, queueBeside } from './passes.ts';
import { lockListedEntry } from './reach.ts';

/**
 * What can be made before its contents, and between which systems.
 *
 * @param source and `target`: names of connectors
 * @throws SternaError config `nothing-to-preprocess`
 */
export function refuseNothingToPreprocess(
  { connectors }: Pick<Context, 'connectors'>,
  entry: Pick<EntryRow, 'item_type'>,
  source: string,
  target: string,
): void {
  const refused = (message: string, fix: string): SternaError =>
    new SternaError('config', 'nothing-to-preprocess', message, { fix });
  if (!['group', 'team', 'site'].includes(entry.item_type))
    throw refused(
      `A ${entry.item_type} needs no preprocess: it belongs to a user, who has to be there.`,
      'Start the entry; only groups, teams and sites are made beforehand.',
    );
  const from = connectors.get(source);
  if (from?.blueprint === undefined)
    throw refused(
      `The source, ${from?.title ?? source}, can’t say what its ${entry.item_type}s are made of.`,
      'Make the target by hand, then start the entry.',
    );
  const into = connectors.get(target);
  if (into?.provision === undefined)
    throw refused(
      `In the target, ${into?.title ?? target}, Sterna can’t make a ${entry.item_type}.`,
      'Make it by hand, then start the entry.',
    );
}

/**
 * Makes the entry's group, team or site in the target, with its members and channels, as far as it isn't there, and tells
 * what is missing. It is a pass beside the others: it burns no license, leaves the books alone, and can be repeated.
 *
 * @throws SternaError config `nothing-to-preprocess` | `entry-running` | `entry-archived` | `target-is-source`
 */
export async function startPreprocess(context: Context, actor: Actor, input: { entryId: number }): Promise<PassView> {
  requireSomewhere(actor, 'operate');
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const entry = await lockListedEntry(tx, actor, input.entryId);
    refuseArchived(entry, 'there is nothing to make for it');
    const { source, target } = await systemsOfEntry(tx.db, actor, entry);
    refuseSameEndpoint(source, target, { source: entry.source_address, target: entry.target_address });
    refuseNothingToPreprocess(context, entry, source.connector, target.connector);
    return passView(await queueBeside(tx, actor, entry, { kind: 'preprocess' }));
  });
}
