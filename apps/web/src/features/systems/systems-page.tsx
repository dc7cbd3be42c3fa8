import { Button, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Allowed, useMay } from '../../session/session.tsx';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { Pending } from '../../shell/fallbacks.tsx';
import { Page, Panel } from '../../shell/page.tsx';
import { strings } from '../../strings.ts';
import { type Connector, layoutOf, placeOf, type System } from './connector-layouts.ts';
import { connectorNamed, connectorsQuery, projectsQuery, systemsQuery } from './queries.ts';

const words = strings.systems;

export function SystemsPage() {
  const systems = useQuery(systemsQuery);
  const connectors = useQuery(connectorsQuery);
  const projects = useQuery(projectsQuery);
  return (
    <Page
      title={words.title}
      lead={words.lead}
      actions={
        <Allowed scope="admin">
          <AddButton />
        </Allowed>
      }
    >
      <ErrorNotice error={systems.error} onRetry={() => void systems.refetch()} />
      {systems.isPending && <Pending />}
      {systems.data?.items.length === 0 && <NoSystems />}
      {systems.data !== undefined && systems.data.items.length > 0 && (
        <Panel flush>
          <table className="st-table st-stacked">
            <thead>
              <tr>
                <th scope="col">{words.name}</th>
                <th scope="col">{words.kind}</th>
                <th scope="col">{words.place}</th>
                <th scope="col">{words.signIn}</th>
                <th scope="col">{words.usedBy}</th>
              </tr>
            </thead>
            <tbody>
              {systems.data.items.map((system) => (
                <Row
                  key={system.id}
                  system={system}
                  connector={connectorNamed(connectors.data?.items, system.connector)}
                  projects={
                    projects.data?.items.filter(({ source, target }) => [source.id, target.id].includes(system.id))
                      .length
                  }
                />
              ))}
            </tbody>
          </table>
        </Panel>
      )}
    </Page>
  );
}

function Row({
  system,
  connector,
  projects,
}: {
  readonly system: System;
  readonly connector: Connector | undefined;
  readonly projects: number | undefined;
}) {
  const { password, accessToken } = system.credentials;
  const needsNone = layoutOf(system.connector).ways?.length === 0;
  return (
    <tr>
      <td data-label={words.name}>
        <Link to="/systems/$systemId" params={{ systemId: system.id }} className="st-strong-link">
          {system.name}
        </Link>
      </td>
      <td data-label={words.kind}>{connector?.title ?? system.connector}</td>
      <td data-label={words.place}>
        <span className="st-mono">{placeOf(system)}</span>
      </td>
      <td data-label={words.signIn}>
        {needsNone ? words.noneNeeded : password || accessToken ? words.stored : words.notStored}
      </td>
      <td data-label={words.usedBy}>
        {projects === undefined ? '' : projects === 0 ? words.notUsed : words.projects(projects)}
      </td>
    </tr>
  );
}

function NoSystems() {
  const mayAdd = useMay('admin');
  return (
    <Panel>
      <div className="st-empty">
        <Text fw={600}>{words.empty}</Text>
        <Text size="sm" mb="md">
          {words.emptyText}
        </Text>
        {mayAdd && <AddButton />}
      </div>
    </Panel>
  );
}

const AddButton = () => (
  <Button component={Link} to="/systems/new" leftSection={<IconPlus size={16} aria-hidden />}>
    {words.add}
  </Button>
);
