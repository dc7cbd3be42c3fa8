import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { Allowed } from '../../session/session.tsx';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { NotFoundPage, Pending } from '../../shell/fallbacks.tsx';
import { Page, Panel } from '../../shell/page.tsx';
import { strings } from '../../strings.ts';
import { ConnectorChoice } from './connector-choice.tsx';
import { connectorNamed, connectorsQuery } from './queries.ts';
import { RightsNote } from './rights-note.tsx';
import { SystemForm } from './system-form.tsx';
import './systems.css';

const words = strings.systems;
const route = getRouteApi('/app/systems/new');

export function NewSystemPage() {
  return (
    <Allowed scope="admin" otherwise={<NotFoundPage />}>
      <NewSystem />
    </Allowed>
  );
}

function NewSystem() {
  const { connector: name } = route.useSearch();
  const navigate = useNavigate();
  const connectors = useQuery(connectorsQuery);
  const items = connectors.data?.items ?? [];
  const connector = connectorNamed(items, name) ?? items[0];
  return (
    <Page title={words.newTitle} lead={words.newLead}>
      <ErrorNotice error={connectors.error} onRetry={() => void connectors.refetch()} />
      {connectors.isPending && <Pending />}
      {connector !== undefined && (
        <div className="st-with-aside">
          <Panel>
            <Stack gap="lg">
              <ConnectorChoice
                connectors={items}
                value={connector.name}
                onChange={(chosen) =>
                  void navigate({ to: '/systems/new', search: { connector: chosen }, replace: true })
                }
              />
              <SystemForm
                key={connector.name}
                connector={connector}
                onSaved={({ id }) => navigate({ to: '/systems/$systemId', params: { systemId: id } })}
              />
            </Stack>
          </Panel>
          <RightsNote connector={connector.name} />
        </div>
      )}
    </Page>
  );
}
