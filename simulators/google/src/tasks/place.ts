import { stateOf } from '@sterna/simulator-kit';
import type { Cloud } from '../cloud.ts';
import type { Call } from '../http/call.ts';
import type { User } from '../state/domain.ts';
import { TaskStore } from './store.ts';

const storesOf = stateOf((_: Cloud) => new Map<string, TaskStore>());

/** A user's task lists, made with the default one when first asked for. */
export function tasksOf(cloud: Cloud, user: User): TaskStore {
  const stores = storesOf(cloud);
  const known = stores.get(user.id);
  if (known !== undefined) return known;
  const store = new TaskStore(
    () => cloud.clock.now(),
    () => cloud.ids.token(32),
  );
  stores.set(user.id, store);
  return store;
}

export const taskStoreOf = ({ cloud, identity }: Call): TaskStore => tasksOf(cloud, identity.user);
