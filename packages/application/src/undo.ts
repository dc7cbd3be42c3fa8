import { addressKey, SternaError } from '@sterna/core';
import { inOrganization, lastStandingPass, plannedUndoOf } from '@sterna/store';
import { requireSomewhere } from './access.ts';
import type { Actor, Context } from './context.ts';
import { refuseArchived } from './entries.ts';
import { type PassView, passView, queueBeside } from './passes.ts';
import { lockListedEntry, reachPass } from './reach.ts';

/**
 * Takes back what a pass created and overwrote, in two steps: without `targetAddress` a pass that says what would be
 * removed, restored and left, and why; with it, the one that does it. Both are passes beside the others: they burn no license, and none
 * comes back. The last pass that wrote comes first; what an earlier one created may have been changed by a later one.
 *
 * @param input.targetAddress the entry's target address, typed to confirm what was planned
 * @throws SternaError config `nothing-to-undo` | `undo-not-last` | `undo-not-planned` | `confirmation-differs` |
 *   `entry-running` | `entry-archived`
 */
export async function undoPass(
  context: Context,
  actor: Actor,
  input: { passId: number; targetAddress?: string | undefined },
): Promise<PassView> {
  requireSomewhere(actor, 'operate');
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const pass = await reachPass(tx.db, actor, 'operate', input.passId);
    const entry = await lockListedEntry(tx, actor, pass.entry_id);
    refuseArchived(entry, 'its passes can’t be undone');
    if (pass.kind !== 'initial' && pass.kind !== 'delta')
      throw nothingToUndo(`Pass ${pass.id} is of the kind ${pass.kind}, which creates no objects.`);
    if (pass.undone_by !== null) throw nothingToUndo(`Pass ${pass.id} is undone already, by pass ${pass.undone_by}.`);
    const last = await lastStandingPass(tx.db, entry.id);
    if (last !== undefined && last.id !== pass.id)
      throw new SternaError('config', 'undo-not-last', `Pass ${pass.id} is not the last one that wrote.`, {
        field: 'passId',
        fix: `Undo pass ${last.id} (number ${last.number} of the entry) first.`,
        details: { passId: last.id },
      });
    const { targetAddress } = input;
    if (targetAddress !== undefined) {
      if ((await plannedUndoOf(tx.db, entry.id, pass.number)) === undefined)
        throw new SternaError(
          'config',
          'undo-not-planned',
          `Nobody has seen yet what undoing pass ${pass.id} removes.`,
          {
            fix: 'Plan it first and wait for the plan.',
          },
        );
      if (addressKey(targetAddress.trim()) !== addressKey(entry.target_address))
        throw new SternaError('config', 'confirmation-differs', 'What was typed is not the entry’s target address.', {
          field: 'targetAddress',
          fix: 'Type the address whose objects are to be removed, in full.',
        });
    }
    const mode = targetAddress === undefined ? 'plan' : 'remove';
    const undo = { pass: pass.number, mode } as const;
    return passView(await queueBeside(tx, actor, entry, { kind: 'undo', undo, reason: `pass ${pass.number}` }));
  });
}

const nothingToUndo = (message: string): SternaError =>
  new SternaError('config', 'nothing-to-undo', message, {
    field: 'passId',
    fix: 'Choose an initial or a delta pass that isn’t undone.',
  });
