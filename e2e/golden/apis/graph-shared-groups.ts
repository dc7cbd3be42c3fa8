import type { GoldenObject } from '../objects.ts';
import { type Ask, readable } from './ask.ts';
import { groupAt, members, peopleOf } from './graph-groups.ts';
import { groupObject } from './shared-groups.ts';

/** Of a group what a Google group has as well, by its address: its name, who sees it, members. */
export async function sharedGroupObjects(graph: (base: string) => Ask, address: string): Promise<GoldenObject[]> {
  const { id, visibility, displayName, description } = await groupAt(graph, address);
  return [
    groupObject(id, {
      name: displayName,
      text: readable(description),
      visibility: visibility === 'HiddenMembership' ? 'hidden' : String(visibility ?? '').toLowerCase(),
    }),
    ...(await members(graph(`/groups/${id}`), await peopleOf(graph('')))),
  ];
}
