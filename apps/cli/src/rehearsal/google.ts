import { calendarsOf, contactsOf, DirectDrive, DirectGmail, startGoogle, tasksOf } from '@sterna/simulator-google';
import { inWords, type StandIn, type StandInRequest, without } from './stand-in.ts';

const [DOMAIN, OTHER] = ['nordwind.example', 'lamna.example'];
const OF_THE_PLACE = new Set(['admin', 'baseUrl', 'baseUrls', 'tokenUrl', 'ca', 'verifyCertificate']);

/** A domain with the project's people. */
export async function googleStandIn({ side, real, people, seed }: StandInRequest): Promise<StandIn> {
  const isGoogle = real.connector === 'google';
  const server = await startGoogle({
    seed,
    size: 'small',
    empty: side === 'target' ? [DOMAIN, OTHER] : [OTHER],
    people: { [DOMAIN]: people },
    limits: isGoogle ? 'documented' : 'none',
  });
  const { baseUrl, cloud, keyFile } = server;
  return {
    told: isGoogle
      ? `${real.name}: a simulated Google Workspace domain with Google’s documented quotas`
      : `${real.name} (${real.connector}): a simulated Google Workspace domain, the nearest there is, without its quotas`,
    system: {
      connector: 'google',
      settings: { ...(isGoogle ? without(real.settings, OF_THE_PLACE) : {}), baseUrl },
      password: JSON.stringify(keyFile),
    },
    kinds: ['message', 'event', 'contact', 'task', 'setting', 'file'],
    addressOf: (address) => address,
    faults: server.faults,
    async holds(itemType, address) {
      if (itemType === 'drive') return { file: new DirectDrive(server, address).files().length };
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
    mailed: () => server.calendarMails.length + server.sharingMails.length,
    failures: () => inWords(server.failures),
    stop: () => server.stop(),
  };
}
