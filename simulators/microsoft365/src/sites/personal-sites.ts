import { drivesOf } from '../drive/drives.ts';
import { isoSeconds } from '../drive/json.ts';
import type { Tenant } from '../state/tenant.ts';
import type { Json } from './canvas.ts';

/** The sites that people's OneDrives lie in, as getAllSites tells them among the others. */
export function personalSitesOf(tenant: Tenant): Json[] {
  const drives = drivesOf(tenant);
  return [...tenant.users.values()].flatMap((user) => {
    const drive = drives.of(user);
    if (drive === undefined) return [];
    const { hostname, pathname } = new URL(drive.site.url);
    return [
      {
        createdDateTime: isoSeconds(drive.created),
        description: '',
        id: `${hostname},${drive.site.siteId},${drive.site.webId}`,
        lastModifiedDateTime: isoSeconds(drive.root.modified),
        name: pathname.split('/').at(-1),
        webUrl: drive.site.url,
        displayName: user.displayName,
        isPersonalSite: true,
        root: {},
        siteCollection: { hostname },
      },
    ];
  });
}
