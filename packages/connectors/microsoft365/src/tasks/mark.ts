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

type Extended = Pick<GraphTask, 'extensions'>;

const extensionOf = ({ extensions }: Extended) =>
  extensions?.find((one) => one.extensionName === EXTENSION || one.id?.endsWith(EXTENSION) === true);

export const hasExtension = (task: Extended): boolean => extensionOf(task) !== undefined;
export const keptOf = (task: Extended): string | undefined => extensionOf(task)?.object || undefined;
export const isReplacing = (task: Extended, digest: Buffer): boolean =>
  extensionOf(task)?.replacing === digest.toString('hex');

/**
 * @param envelope what is kept
 * @param digest of a replacement of several steps that isn't through: of what is to be there
 */
export const extensionForm = (envelope: string | undefined, digest?: Buffer) => ({
  '@odata.type': 'microsoft.graph.openTypeExtension',
  extensionName: EXTENSION,
  // Whether a change leaves what it doesn't name isn't documented, so it names both.
  object: envelope ?? '',
  replacing: digest?.toString('hex') ?? '',
});
