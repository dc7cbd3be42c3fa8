import { itemCapabilities } from '../outlook/item-capabilities.ts';
import { taskKind } from './kind.ts';

export const taskCapabilities = itemCapabilities(taskKind, {
  maxObjectBytes: 25 * 1024 * 1024,
  evidence: { tasks: 'days without hours, one reminder, steps; what To Do has no field for is kept with the task' },
});
