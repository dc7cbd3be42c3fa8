import type { Capabilities } from '@sterna/connector-kit';

export const taskCapabilities: Capabilities = {
  kinds: ['task'],
  settle: 'stamp',
  delta: 'token',
  bytes: 'rewritten',
  idScope: 'endpoint',
  collapsesTwins: false,
  dateKept: false,
  moves: false,
  keywords: 'none',
  permissions: false,
  versions: false,
  batch: { objects: 20, bytes: 8 * 1024 * 1024, inFlight: 2 },
  maxObjectBytes: 25 * 1024 * 1024,
  evidence: { tasks: 'days without hours, one reminder, steps; what To Do has no field for is kept with the task' },
};
