import {
  calendarMailbox,
  contactMailbox,
  DirectDrive,
  DirectMail,
  DOCUMENTED_LIMITS,
  MIGRATION_APP,
  startMicrosoft365,
  todoMailbox,
} from '@sterna/simulator-microsoft365';
import { inWords, type StandIn, type StandInRequest, without } from './stand-in.ts';

const [TENANT, OTHER] = ['contoso.example', 'fabrikam.example'];
const OF_THE_PLACE = new Set(['tenant', 'clientId', 'cloud', 'baseUrl', 'loginUrl', 'ca', 'verifyCertificate']);

/** A tenant with the project's people. */
export async function microsoft365StandIn({ side, real, people, seed }: StandInRequest): Promise<StandIn> {
  const server = await startMicrosoft365({
    seed,
    size: 'small',
    empty: side === 'target' ? [TENANT, OTHER] : [OTHER],
    people: { [TENANT]: people },
    limits: DOCUMENTED_LIMITS,
  });
  const { baseUrl, cloud } = server;
  const tenant = server.tenant(TENANT);
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
    kinds: ['message', 'event', 'contact', 'task', 'setting', 'file'],
    addressOf: (address) => address,
    faults: server.faults,
    async holds(itemType, address) {
      if (itemType === 'drive') return { file: new DirectDrive(server, address).files().length };
      const user = tenant.user(address);
      if (user === undefined) return {};
      const tasks = todoMailbox(cloud, tenant, user).tasks;
      return {
        message: (await new DirectMail(server, address).messages()).length,
        event: calendarMailbox(cloud, tenant, user).events.size,
        contact: contactMailbox(cloud, tenant, user).contacts.size,
        task: tasks.size,
      };
    },
    mailed: () => server.invitations.length,
    failures: () => inWords(server.failures),
    stop: () => server.stop(),
  };
}
