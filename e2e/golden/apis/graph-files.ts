import type { GoldenObject } from '../objects.ts';
import { type Ask, type Json, moment, sha256, sorted } from './ask.ts';

/**
 * Files and folders of a drive.
 *
 * @param drive its path, such as `/drive`
 * @param place what paths begin with, where it is one of several
 */
export async function filesOf(ask: Ask, drive: string, place = ''): Promise<GoldenObject[]> {
  const found: GoldenObject[] = [];
  const root = await ask.json(`${drive}/root`);
  const walk = async (folder: Json, path: string): Promise<void> => {
    for (const one of await ask.all(`${drive}/items/${folder.id}/children?$top=200`)) {
      const at = `${path}/${one.name}`;
      const grants = (await ask.all(`${drive}/items/${one.id}/permissions`)).filter(
        (grant) => grant.inheritedFrom === undefined && !grant.roles?.includes('owner'),
      );
      const shared = {
        path: at,
        modified: one.folder === undefined ? moment(one.fileSystemInfo?.lastModifiedDateTime) : '',
        grants: sorted([...new Set(grants.flatMap(grantsOf))]),
      };
      if (one.folder !== undefined) {
        found.push({ kind: 'folder', id: one.id, key: at, name: one.name, properties: { ...shared, modified: '' } });
        await walk(one, at);
        continue;
      }
      const versions: Json[] = await ask.all(`${drive}/items/${one.id}/versions`);
      const content = await ask.bytes(`${drive}/items/${one.id}/content`);
      found.push({
        kind: 'file',
        id: one.id,
        key: at,
        name: one.name,
        properties: {
          ...shared,
          size: String(one.size),
          content: sha256(content),
          created: moment(one.fileSystemInfo?.createdDateTime),
          versions: String(versions.length),
        },
        native: {
          // The current one is the file itself.
          olderVersions: sorted(versions.slice(1).map((version) => String(version.size))),
          media: one.file?.mimeType ?? '',
        },
      });
    }
  };
  await walk(root, place);
  return found;
}

function grantsOf(grant: Json): string[] {
  const role = grant.roles?.includes('write') ? 'writer' : 'reader';
  const people = grant.grantedToIdentitiesV2 ?? grant.grantedToIdentities ?? [];
  if (grant.link !== undefined && grant.link !== null) {
    const linked = grant.link.type === 'edit' ? 'writer' : 'reader';
    // A link for certain people is what they may do.
    return grant.link.scope === 'users'
      ? people.map((who: Json) => `${linked} ${addressOf(who)}`)
      : [`${linked} link ${grant.link.scope}`];
  }
  return [`${role} ${addressOf(grant.grantedToV2 ?? grant.grantedTo) || (grant.invitation?.email ?? '')}`];
}

function addressOf(who: Json): string {
  const login = String(who?.siteUser?.loginName ?? '')
    .split('|')
    .at(-1);
  return String(who?.user?.email ?? who?.group?.email ?? login ?? '').toLowerCase();
}
