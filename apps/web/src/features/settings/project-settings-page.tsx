import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { $api } from '../../api/client.ts';
import type { JsonSchema } from '../../forms/json-schema.ts';
import { useMay } from '../../session/session.tsx';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { Pending } from '../../shell/fallbacks.tsx';
import { Page } from '../../shell/page.tsx';
import { strings } from '../../strings.ts';
import { AccessPanel } from './access-panel.tsx';
import { DriftPanel } from './drift-panel.tsx';
import './settings.css';
import { SettingsForm } from './settings-form.tsx';
import { useDrift } from './use-drift.ts';

const words = strings.settings;
const route = getRouteApi('/app/projects/$projectId/settings');

export function ProjectSettingsPage() {
  const { projectId } = route.useParams();
  const path = { params: { path: { id: projectId } } };
  const schema = useQuery({ ...$api.queryOptions('get', '/api/settings-schema'), staleTime: Number.POSITIVE_INFINITY });
  const settings = useQuery($api.queryOptions('get', '/api/projects/{id}/settings', path));
  const project = useQuery($api.queryOptions('get', '/api/projects/{id}', path));
  const drift = useDrift(projectId);
  const mayChange = useMay('admin');
  const error = schema.error ?? settings.error;
  return (
    <Page
      title={words.title}
      width="reading"
      lead={
        <>
          {project.data !== undefined && (
            <Text component="span" size="sm" fw={600}>
              {project.data.name} · {project.data.source.name} → {project.data.target.name}.{' '}
            </Text>
          )}
          {words.lead} {!mayChange && words.readOnly}
        </>
      }
    >
      <ErrorNotice error={error} onRetry={() => void Promise.all([schema.refetch(), settings.refetch()])} />
      {schema.data === undefined || settings.data === undefined ? (
        error === null && <Pending />
      ) : (
        <>
          <DriftPanel drift={drift} />
          <SettingsForm
            key={projectId}
            projectId={projectId}
            schema={schema.data as JsonSchema}
            latest={settings.data}
            connectors={
              project.data === undefined ? undefined : [project.data.source.connector, project.data.target.connector]
            }
            drift={drift}
            mayChange={mayChange}
          />
          {mayChange && <AccessPanel projectId={projectId} />}
        </>
      )}
    </Page>
  );
}
