import { Anchor, Button, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { $api, api } from '../../api/client.ts';
import { isNotFound } from '../../api/error.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { isObject } from '../../forms/json-schema.ts';
import { Allowed, useMay } from '../../session/session.tsx';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { NotFoundPage, Pending } from '../../shell/fallbacks.tsx';
import { Page, Panel } from '../../shell/page.tsx';
import { strings } from '../../strings.ts';
import { type Connector, placeOf, type System } from './connector-layouts.ts';
import { connectorNamed, connectorsQuery, projectsQuery } from './queries.ts';
import { RightsNote } from './rights-note.tsx';
import { SystemCheck } from './system-check.tsx';
import { SystemForm } from './system-form.tsx';
import './systems.css';

const words = strings.systems;
const route = getRouteApi('/app/systems/$systemId');

export function SystemPage() {
  const { systemId } = route.useParams();
  const system = $api.useQuery('get', '/api/systems/{id}', { params: { path: { id: systemId } } });
  const connectors = useQuery(connectorsQuery);
  if (isNotFound(system.error)) return <NotFoundPage />;
  if (system.data === undefined)
    return (
      <Page title={words.title}>
        {system.error === null ? (
          <Pending />
        ) : (
          <ErrorNotice error={system.error} onRetry={() => void system.refetch()} />
        )}
      </Page>
    );
  return (
    <SystemView
      key={systemId}
      system={system.data}
      connector={connectorNamed(connectors.data?.items, system.data.connector)}
    />
  );
}

function SystemView({ system, connector }: { readonly system: System; readonly connector: Connector | undefined }) {
  const { address } = route.useSearch();
  const navigate = useNavigate();
  const [saved, setSaved] = useState(0);
  const mayAdmin = useMay('admin');
  return (
    <Page
      title={system.name}
      lead={
        <>
          {connector?.title ?? system.connector} · <span className="st-mono">{placeOf(system)}</span>
        </>
      }
      actions={
        <Allowed scope="admin">
          <RemoveSystem system={system} />
        </Allowed>
      }
      above={
        <Anchor component={Link} to="/systems" size="sm">
          {words.title}
        </Anchor>
      }
    >
      <div className="st-with-aside">
        <Stack gap="lg">
          <Allowed scope="operate">
            <Panel title={words.check.title}>
              <SystemCheck
                key={saved}
                system={system}
                address={address}
                onAddress={(next) =>
                  void navigate({
                    to: '/systems/$systemId',
                    params: { systemId: system.id },
                    search: next === '' ? {} : { address: next },
                    replace: true,
                  })
                }
              />
            </Panel>
          </Allowed>
          {connector !== undefined && (
            <Panel title={words.settings}>
              {mayAdmin ? (
                <SystemForm
                  connector={connector}
                  system={system}
                  onSaved={() => {
                    notifications.show({ message: words.saved });
                    setSaved((before) => before + 1);
                  }}
                />
              ) : (
                <SettingsFacts system={system} />
              )}
            </Panel>
          )}
        </Stack>
        <Stack gap="lg">
          <UsedBy system={system} />
          <RightsNote connector={system.connector} />
        </Stack>
      </div>
    </Page>
  );
}

/** For those who may only look. */
function SettingsFacts({ system }: { readonly system: System }) {
  const fields = words.fields[system.connector] ?? {};
  const settings = isObject(system.settings) ? system.settings : {};
  return (
    <dl className="st-facts">
      {Object.entries(settings).map(([name, value]) => (
        <div key={name} className="st-facts-row">
          <dt>{fields[name]?.label ?? name}</dt>
          <dd>{fields[name]?.options?.[String(value)] ?? inWords(value)}</dd>
        </div>
      ))}
      <div className="st-facts-row">
        <dt>{words.signIn}</dt>
        <dd>{system.credentials.password || system.credentials.accessToken ? words.stored : words.notStored}</dd>
      </div>
    </dl>
  );
}

const inWords = (value: unknown): string => {
  if (typeof value === 'boolean') return value ? strings.common.yes : strings.common.no;
  return Array.isArray(value) ? value.join(', ') : String(value);
};

function UsedBy({ system }: { readonly system: System }) {
  const projects = useQuery(projectsQuery);
  const uses = (projects.data?.items ?? []).flatMap((project) => [
    ...(project.source.id === system.id ? [{ id: project.id, text: words.asSource(project.name) }] : []),
    ...(project.target.id === system.id ? [{ id: project.id, text: words.asTarget(project.name) }] : []),
  ]);
  return (
    <Panel title={words.usedBy}>
      {projects.data === undefined ? null : uses.length === 0 ? (
        <Text size="sm" c="dimmed">
          {words.notUsed}
        </Text>
      ) : (
        <ul className="st-system-uses">
          {uses.map(({ id, text }) => (
            <li key={text}>
              <Anchor component={Link} to="/projects/$projectId/list" params={{ projectId: id } as never} size="sm">
                {text}
              </Anchor>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function RemoveSystem({ system }: { readonly system: System }) {
  const [asking, setAsking] = useState(false);
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  return (
    <>
      <Button variant="default" onClick={() => setAsking(true)}>
        {words.remove}
      </Button>
      <ConfirmDialog
        opened={asking}
        onClose={() => setAsking(false)}
        title={words.removeTitle(system.name)}
        action={strings.common.remove}
        danger
        onConfirm={async () => {
          await api.DELETE('/api/systems/{id}', { params: { path: { id: system.id } } });
          notifications.show({ message: words.removed(system.name) });
          await navigate({ to: '/systems' });
          await queryClient.invalidateQueries({ queryKey: ['get', '/api/systems'] });
        }}
      >
        {words.removeText}
      </ConfirmDialog>
    </>
  );
}
