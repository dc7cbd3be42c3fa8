import { CONTENT_KINDS, type ItemType } from '@sterna/core';
import {
  addSampleGroup,
  addSampleSite,
  addSampleTeam,
  calendarMailbox,
  contactMailbox,
  createSite,
  DirectDrive,
  DirectGroup,
  DirectMail,
  DOCUMENTED_LIMITS,
  groupsOf,
  isFolder,
  MIGRATION_APP,
  type Microsoft365,
  type Site,
  sitesOf,
  startMicrosoft365,
  subtree,
  teamsOf,
  todoMailbox,
} from '@sterna/simulator-microsoft365';
import { type Holding, inWords, type Place, type StandIn, type StandInRequest, without } from './stand-in.ts';

const [TENANT, OTHER] = ['contoso.example', 'fabrikam.example'];
const OF_THE_PLACE = new Set(['tenant', 'clientId', 'cloud', 'baseUrl', 'loginUrl', 'ca', 'verifyCertificate']);

/** A tenant with the project's people, sites, groups and teams. */
export async function microsoft365StandIn({ side, real, people, places, seed }: StandInRequest): Promise<StandIn> {
  const server = await startMicrosoft365({
    seed,
    size: 'small',
    empty: side === 'target' ? [TENANT, OTHER] : [OTHER],
    people: { [TENANT]: people },
    limits: DOCUMENTED_LIMITS,
  });
  const { baseUrl } = server;
  const addresses = addPlaces(server, side, places);
  return {
    told: `${real.name}: a simulated Microsoft 365 tenant with Microsoft’s documented limits`,
    system: {
      connector: 'microsoft365',
      settings: {
        ...without(real.settings, OF_THE_PLACE),
        tenant: TENANT,
        clientId: MIGRATION_APP.id,
        baseUrl,
        loginUrl: baseUrl,
      },
      password: MIGRATION_APP.secret,
    },
    kinds: CONTENT_KINDS,
    addressOf: (address) => addresses.get(address.toLowerCase()) ?? address,
    faults: server.faults,
    holds: (itemType, address) => HOLDINGS[itemType](server, address),
    mailed: () => server.invitations.length,
    failures: () => inWords(server.failures),
    stop: () => server.stop(),
  };
}

/**
 * Those that are read from have contents. Those that are written to are made by a preprocess, but for sites: Graph can't make
 * them, so an administrator has. @returns what they are called here, by their own addresses in small letters
 */
function addPlaces(
  server: Microsoft365,
  side: StandInRequest['side'],
  places: readonly Place[],
): ReadonlyMap<string, string> {
  const addresses = new Map<string, string>();
  const taken = new Set<string>();
  for (const { itemType, address, objects } of places) {
    // Every drive is somebody’s; one that is nobody’s isn’t there.
    if (itemType === 'drive') continue;
    const displayName = nameIn(itemType, address);
    const name = free(displayName.toLowerCase().replaceAll(/[^a-z0-9-]/g, '') || itemType, taken);
    const place = { name, displayName, objects };
    let here = `${name}@${TENANT}`;
    if (itemType === 'site') {
      const site = side === 'source' ? addSampleSite(server, TENANT, place) : emptySite(server, place);
      here = site.url.replace('https://', '');
    } else if (side === 'source') (itemType === 'team' ? addSampleTeam : addSampleGroup)(server, TENANT, place);
    addresses.set(address.toLowerCase(), here);
  }
  return addresses;
}

const emptySite = (server: Microsoft365, place: { readonly name: string; readonly displayName: string }): Site =>
  createSite(server.tenant(TENANT), { ...place, at: server.clock.now() });

/** `contoso.sharepoint.com/sites/sales/north` → `sales-north`, `sales@contoso.com` → `sales`. */
const nameIn = (itemType: ItemType, address: string): string =>
  itemType === 'site'
    ? address
        .replace(/^(?:https:\/\/)?[^/]*\/*(?:(?:sites|teams)\/)?/i, '')
        .replaceAll('/', '-')
        .replace(/-+$/, '') || 'root'
    : address.replace(/@.*/, '');

function free(name: string, taken: Set<string>): string {
  let one = name;
  for (let n = 2; taken.has(one); n++) one = `${name}${n}`;
  taken.add(one);
  return one;
}

/** Objects of each kind that lies there once for each one of the source. */
const HOLDINGS: Readonly<Record<ItemType, (server: Microsoft365, address: string) => Promise<Holding>>> = {
  async mailbox(server, address) {
    const { cloud } = server;
    const tenant = server.tenant(TENANT);
    const user = tenant.user(address);
    if (user === undefined) return {};
    return {
      message: (await new DirectMail(server, address).messages()).length,
      event: calendarMailbox(cloud, tenant, user).events.size,
      contact: contactMailbox(cloud, tenant, user).contacts.size,
      task: todoMailbox(cloud, tenant, user).tasks.size,
    };
  },
  async drive(server, address) {
    if (server.tenant(TENANT).user(address) === undefined) return {};
    return { file: new DirectDrive(server, address).files().length };
  },
  async site(server, address) {
    const site = sitesOf(server.tenant(TENANT)).byPath(address.slice(address.indexOf('/') + 1));
    if (site === undefined) return {};
    const lists = [...site.lists.values()].filter(({ template }) => template === 'genericList');
    return {
      file: filesOf(site),
      listItem: lists.reduce((sum, { contents }) => sum + contents.rows.length, 0),
      page: site.pages.all.length,
    };
  },
  async group(server, address) {
    if (groupsOf(server.tenant(TENANT)).all.every(({ mail }) => mail !== address)) return {};
    const { group, conversations } = new DirectGroup(server, address);
    const posts = conversations.flatMap(({ threads }) => threads.flatMap((thread) => thread.posts));
    // What was said elsewhere is files of mail here (docs/connectors/microsoft365.md).
    const site = sitesOf(server.tenant(TENANT)).ofGroup(group.id);
    return { message: posts.length + (site === undefined ? 0 : filesOf(site, /\.eml$/)) };
  },
  async team(server, address) {
    const team = teamsOf(server.tenant(TENANT)).all.find(({ group }) => group.mail === address);
    const all = [...(team?.channels.values() ?? [])].flatMap(({ messages }) => [...messages.values()]);
    return { post: all.filter(({ type, deletedAt }) => type === 'message' && deletedAt === null).length };
  },
};

const filesOf = ({ libraries }: Site, named = /./): number =>
  libraries.flatMap(({ root }) => [...subtree(root)]).filter((item) => !isFolder(item) && named.test(item.name)).length;
