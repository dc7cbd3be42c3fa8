import { CONTENT_KINDS, type ItemType } from '@sterna/core';
import {
  addSampleGroup,
  addSampleSpaces,
  addSharedDrive,
  archiveOf,
  calendarsOf,
  contactsOf,
  DirectChat,
  DirectDrive,
  DirectGmail,
  type Google,
  startGoogle,
  tasksOf,
} from '@sterna/simulator-google';
import { type Holding, inWords, type Place, type StandIn, type StandInRequest, without } from './stand-in.ts';

const [DOMAIN, OTHER] = ['nordwind.example', 'lamna.example'];
const OF_THE_PLACE = new Set(['admin', 'baseUrl', 'baseUrls', 'tokenUrl', 'ca', 'verifyCertificate']);
const IS_SPACE = /^spaces\//;

/** A domain with the project's people, groups, teams and shared drives. */
export async function googleStandIn({ side, real, people: guests, places, seed }: StandInRequest): Promise<StandIn> {
  const people = guests.map((one) => ({ ...one, address: personHere(one.address) }));
  const isGoogle = real.connector === 'google';
  const server = await startGoogle({
    seed,
    size: 'small',
    empty: side === 'target' ? [DOMAIN, OTHER] : [OTHER],
    people: { [DOMAIN]: people },
    limits: isGoogle ? 'documented' : 'none',
  });
  const { baseUrl, keyFile } = server;
  // The first one is the administrator, who manages what is shared.
  const admin = people[0]?.address ?? '';
  const addresses = addPlaces(server, side, places);
  return {
    told: isGoogle
      ? `${real.name}: a simulated Google Workspace domain with Google’s documented quotas`
      : `${real.name} (${real.connector}): a simulated Google Workspace domain, the nearest there is, without its quotas`,
    system: {
      connector: 'google',
      settings: {
        ...(isGoogle ? without(real.settings, OF_THE_PLACE) : {}),
        ...(places.length > 0 ? { admin } : {}),
        baseUrl,
      },
      password: JSON.stringify(keyFile),
    },
    kinds: CONTENT_KINDS,
    addressOf: (address) => addresses.get(address.toLowerCase()) ?? personHere(address),
    faults: server.faults,
    holds: (itemType, address) => HOLDINGS[itemType](server, address),
    mailed: () => server.calendarMails.length + server.sharingMails.length,
    failures: () => inWords(server.failures),
    stop: () => server.stop(),
  };
}

/** Servers of open standards know people by names as well. */
const personHere = (address: string): string =>
  address.includes('@') ? address : `${address.replaceAll(/[^\w.-]/g, '-')}@${DOMAIN}`;

/**
 * Those that are read from have contents. Of those that are written to, groups are made by a preprocess and spaces by the
 * first pass. @returns what they are called here, by their own addresses in small letters
 */
function addPlaces(
  server: Google,
  side: StandInRequest['side'],
  places: readonly Place[],
): ReadonlyMap<string, string> {
  const ids = new Map<string, string>();
  for (const { itemType, address, objects } of places) {
    const key = address.toLowerCase();
    if (itemType === 'drive')
      ids.set(key, addSharedDrive(server, DOMAIN, { name: address, objects: side === 'source' ? objects : 0 }));
    else if (itemType === 'group') {
      if (side === 'source') addSampleGroup(server, DOMAIN, { name: address, objects });
      else server.domain(DOMAIN).take(address);
      ids.set(key, address);
    } else {
      const name = address.replace(IS_SPACE, 'Space ');
      if (side === 'source') addSampleSpaces(server, DOMAIN, { name, objects });
      ids.set(key, name);
    }
  }
  return ids;
}

/** Objects of each kind that lies there once for each one of the source. */
const HOLDINGS: Readonly<Record<ItemType, (server: Google, address: string) => Promise<Holding>>> = {
  async mailbox(server, address) {
    const { cloud } = server;
    const user = cloud.findUser(address)?.user;
    if (user === undefined) return {};
    const world = calendarsOf(cloud);
    const own = [...world.list(user.primaryEmail).entries.values()].flatMap(({ calendar, deleted }) =>
      deleted || calendar.owner !== user.primaryEmail ? [] : [...calendar.byUid.values()],
    );
    const tasks = [...tasksOf(cloud, user).lists.values()].flatMap((list) => [...list.tasks.values()]);
    return {
      message: new DirectGmail(server, address).messages().length,
      // A birthday is Google’s own view of a contact.
      event: own.filter(({ content }) => content.status !== 'cancelled' && content.eventType !== 'birthday').length,
      contact: contactsOf(cloud, user).contacts.size,
      task: tasks.filter(({ deleted }) => !deleted).length,
    };
  },
  async drive(server, address) {
    if (address.includes('@')) return { file: new DirectDrive(server, address).files().length };
    const [manager] = server.domain(DOMAIN).users.values();
    return { file: new DirectDrive(server, manager?.primaryEmail ?? '', address).files().length };
  },
  // Nothing here has sites.
  site: async () => ({}),
  async group(server, address) {
    const group = server.domain(DOMAIN).group(address);
    return { message: group === undefined ? 0 : archiveOf(group).length };
  },
  async team(server, address) {
    const spaces = [...DirectChat.all(server, DOMAIN)].filter(
      ([name]) => name === address || name.startsWith(`${address}: `),
    );
    return { post: spaces.flatMap(([, { messages }]) => messages.filter(({ isDeleted }) => !isDeleted)).length };
  },
};
