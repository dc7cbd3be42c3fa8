import { listedCapabilities } from '@sterna/cloud-http';
import type { Session } from '@sterna/connector-kit';
import type { GroupContext } from '../groups/group.ts';
import { Plans } from './plans.ts';
import { PlannerReader } from './reader.ts';
import { PlannerWriter } from './writer.ts';

const MOST_BYTES = 1024 * 1024;
const EVIDENCE = {
  plans: 'buckets, labels, tasks with checklists, assignments and links; who made or completed a task can’t be written',
};

/** The plans of a group or team. */
export function openPlans(context: GroupContext): Session {
  const plans = new Plans(context);
  const reader = new PlannerReader(plans);
  return {
    capabilities: listedCapabilities('listItem', MOST_BYTES, EVIDENCE),
    reader,
    ...(context.role === 'write' ? { writer: new PlannerWriter(plans, reader) } : {}),
    identity: `microsoft365:plans:${context.id}`,
    quota: async () => undefined,
    close: async () => undefined,
    destroy: () => undefined,
  };
}
