import type { Capabilities, Session } from '@sterna/connector-kit';
import type { GroupContext } from '../groups/group.ts';
import { Plans } from './plans.ts';
import { PlannerReader } from './reader.ts';
import { PlannerWriter } from './writer.ts';

const plannerCapabilities: Capabilities = {
  kinds: ['listItem'],
  // A task has no room for a mark, and is made whole: what is there is read back.
  settle: 'read-back',
  delta: 'list',
  bytes: 'rewritten',
  idScope: 'endpoint',
  collapsesTwins: false,
  dateKept: false,
  moves: false,
  keywords: 'none',
  permissions: false,
  versions: false,
  batch: { objects: 20, bytes: 1024 * 1024, inFlight: 1 },
  maxObjectBytes: 1024 * 1024,
  evidence: {
    plans:
      'buckets, labels, tasks with checklists, assignments and links; who made or completed a task can’t be written',
  },
};

/** The plans of a group or team. */
export function openPlans(context: GroupContext): Session {
  const plans = new Plans(context);
  const reader = new PlannerReader(plans);
  return {
    capabilities: plannerCapabilities,
    reader,
    ...(context.role === 'write' ? { writer: new PlannerWriter(plans, reader) } : {}),
    identity: `microsoft365:plans:${context.id}`,
    quota: async () => undefined,
    close: async () => undefined,
    destroy: () => undefined,
  };
}
