import { STAMP_PROPERTY, type Stamp, stampOf, stampProperty } from '../graph/stamp.ts';
import type { GraphTask, LinkedResource } from './graph-task.ts';

/** Tasks have no extended properties: who made it and its UID are in a link of ours (`externalId`), which people may see. */
export const APPLICATION = 'Sterna';
/** https://learn.microsoft.com/en-us/graph/api/resources/opentypeextension */
export const EXTENSION = 'org.sterna.kept';

export interface TaskMark {
  readonly linkId: string | undefined;
  readonly stamp: Stamp | undefined;
  readonly uid: string | undefined;
}

export function markOf({ linkedResources }: Pick<GraphTask, 'linkedResources'>): TaskMark | undefined {
  const link = linkedResources?.find((one) => one.applicationName === APPLICATION);
  if (link === undefined) return undefined;
  const [stamp = '', ...uid] = (link.externalId ?? '').split(' ');
  return {
    linkId: link.id,
    stamp: stampOf([{ id: STAMP_PROPERTY, value: stamp }]),
    uid: uid.length === 0 ? undefined : uid.join(' '),
  };
}

export const linkOf = (stamp: Stamp, uid: string, title: string): LinkedResource => ({
  applicationName: APPLICATION,
  displayName: title,
  externalId: `${stampProperty(stamp).value} ${uid}`,
});

export const keptOf = ({ extensions }: Pick<GraphTask, 'extensions'>): string | undefined =>
  extensions?.find((one) => one.extensionName === EXTENSION || one.id?.endsWith(EXTENSION) === true)?.object;
