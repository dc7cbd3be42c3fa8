import { $api } from '../../api/client.ts';
import { ITEM_TYPES } from './search.ts';

export type ItemType = (typeof ITEM_TYPES)[number];

/** What both systems of the project have; mailboxes, until that is known. */
export function useItemTypes(projectId: number): readonly ItemType[] {
  const project = $api.useQuery('get', '/api/projects/{id}', { params: { path: { id: projectId } } }).data;
  const connectors = $api.useQuery('get', '/api/connectors').data?.items;
  const of = (connector: string | undefined): readonly string[] | undefined =>
    connectors?.find((one) => one.name === connector)?.itemTypes;
  const [source, target] = [of(project?.source.connector), of(project?.target.connector)];
  const common = ITEM_TYPES.filter((type) => source?.includes(type) && target?.includes(type));
  return common.length > 0 ? common : ['mailbox'];
}
