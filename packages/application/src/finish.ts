import { inOrganization } from '@sterna/store';
import { requireSomewhere } from './access.ts';
import type { Actor, Context } from './context.ts';
import { type PassView, passView, queueBeside } from './passes.ts';
import { lockListedEntry } from './reach.ts';

/**
 * Gives back for good what passes of the entry held in its target: channels in migration mode, spaces that are being
 * imported. A pass beside the others, which burns no license, asks nothing of the source and can be repeated; an entry that
 * was deleted after a crash takes it, too.
 *
 * @throws SternaError config `entry-running`
 */
export async function finishEntry(context: Context, actor: Actor, input: { entryId: number }): Promise<PassView> {
  requireSomewhere(actor, 'operate');
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const entry = await lockListedEntry(tx, actor, input.entryId);
    return passView(await queueBeside(tx, actor, entry, { kind: 'finish' }));
  });
}
