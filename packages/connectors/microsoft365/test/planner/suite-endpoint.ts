import type { Connector } from '@sterna/connector-kit';
import type { FoundMessage, SuiteEndpoint } from '@sterna/connector-suite';
import { DirectGroup, type Microsoft365, plannerOf } from '@sterna/simulator-microsoft365';
import { microsoft365Connector } from '../../src/index.ts';
import { simulated } from '../mail/suite-endpoint.ts';

const ADDRESS = 'suite@contoso.example';
const BY = { user: undefined, app: 'somebody' };

const titleOf = (raw: Buffer): string => JSON.parse(raw.toString()).fields.Title;

/** The plans of a group of nobody's; the suite's tasks have a title alone. */
export function planEndpoint(server: Microsoft365): SuiteEndpoint {
  const { group } = DirectGroup.create(server, ADDRESS, 'Suite', ['alice@contoso.example']);
  const planner = plannerOf(server.tenant('contoso.example'));
  const connector: Connector = {
    ...microsoft365Connector,
    open: (request) => microsoft365Connector.open({ ...request, itemType: 'group', kinds: ['listItem'] }),
  };
  const plans = () => planner.plansOf(group);
  const ensured = (title: string) =>
    plans().find((plan) => plan.title === title) ?? planner.addPlan(group, title, BY, server.clock.now());
  return {
    ...simulated({ baseUrl: server.baseUrl } as Parameters<typeof simulated>[0], ADDRESS, {
      tenant: 'contoso.example',
    }),
    connector,
    async seed(objects) {
      for (const { folder, raw } of objects)
        planner.addTask(ensured(folder.join(' - ')), titleOf(raw), BY, server.clock.now());
    },
    dump: async () =>
      plans().flatMap((plan) =>
        planner.tasksOf(plan).map(
          ({ title }): FoundMessage => ({
            folder: [plan.title],
            raw: Buffer.from(`${JSON.stringify({ fields: { Title: title }, type: 'list-item' }, null, 2)}\n`),
            flags: [],
            date: undefined,
          }),
        ),
      ),
    folders: async () => plans().map(({ title }) => [title]),
    remove: async ({ folder, raw }) => {
      const found = planner.tasksOf(ensured(folder.join(' - '))).find(({ title }) => title === titleOf(raw));
      if (found === undefined) throw new Error('no such task');
      planner.tasks.delete(found.id);
    },
    makeFolder: async (path) => void ensured(path.join(' - ')),
    dispose: async () => undefined,
  };
}
