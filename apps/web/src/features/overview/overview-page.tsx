import './overview.css';
import { Button, NativeSelect, Stack, Text } from '@mantine/core';
import { keepPreviousData } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { $api, type Schema } from '../../api/client.ts';
import { isNotFound } from '../../api/error.ts';
import { useMay } from '../../session/session.tsx';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { Pending } from '../../shell/fallbacks.tsx';
import { Page, Panel } from '../../shell/page.tsx';
import { strings } from '../../strings.ts';
import { AttentionPanel } from './attention-panel.tsx';
import { Figures } from './figures.tsx';
import { LicensesPanel } from './licenses-panel.tsx';
import { ProjectsPanel } from './projects-panel.tsx';
import { RunningPanel } from './running-panel.tsx';
import { DEFAULT_HOURS, type OverviewSearch, overviewRoute } from './search.ts';
import { ThrottledPanel } from './throttled-panel.tsx';
import { ThroughputPanel } from './throughput-panel.tsx';

const words = strings.overview;

/** No event says that a minute is over or that a system may be asked again. */
const WITHOUT_EVENTS_MS = 20_000;

export function OverviewPage() {
  const { project, hours = DEFAULT_HOURS } = overviewRoute.useSearch();
  const overview = $api.useQuery(
    'get',
    '/api/overview',
    { params: { query: { hours, ...(project === undefined ? {} : { projectId: project }) } } },
    { refetchInterval: WITHOUT_EVENTS_MS, placeholderData: keepPreviousData },
  );
  const { data, error, refetch } = overview;
  return (
    <Page title={words.title} actions={<ProjectChoice />}>
      {error !== null && (
        <ErrorNotice error={isNotFound(error) ? new Error(words.noProject) : error} onRetry={() => void refetch()} />
      )}
      {data === undefined ? (
        error === null && <Pending />
      ) : data.projects.every(({ entries }) => entries === 0) && project === undefined ? (
        <Fresh />
      ) : (
        <Night overview={data} projectId={project} />
      )}
    </Page>
  );
}

function Night({
  overview,
  projectId,
}: {
  readonly overview: Schema<'Overview'>;
  readonly projectId: number | undefined;
}) {
  return (
    <>
      <Figures overview={overview} />
      <div className="st-overview">
        <Stack gap="md" className="st-overview-first">
          <AttentionPanel overview={overview} />
          <ThrottledPanel throttled={overview.throttled} />
        </Stack>
        <Stack gap="md" className="st-overview-main">
          <RunningPanel passes={overview.passes} />
          <ThroughputPanel throughput={overview.throughput} />
        </Stack>
        <Stack gap="md">
          <ProjectsPanel projects={overview.projects} />
          <LicensesPanel balances={overview.licenses} projectId={projectId} />
        </Stack>
      </div>
    </>
  );
}

/** Where there is more than one to choose from. */
function ProjectChoice() {
  const { project } = overviewRoute.useSearch();
  const navigate = overviewRoute.useNavigate();
  const { data } = $api.useQuery('get', '/api/projects');
  if (data === undefined || (data.items.length < 2 && project === undefined)) return null;
  return (
    <NativeSelect
      aria-label={words.project}
      value={project === undefined ? '' : String(project)}
      onChange={({ currentTarget: { value } }) =>
        void navigate({
          search: ({ project: _, ...now }: OverviewSearch) => (value === '' ? now : { ...now, project: Number(value) }),
        })
      }
      data={[
        { value: '', label: words.allProjects },
        ...data.items.map(({ id, name }) => ({ value: String(id), label: name })),
      ]}
    />
  );
}

function Fresh() {
  const may = useMay('admin');
  return (
    <Panel>
      <div className="st-fresh">
        <Text fw={600}>{words.fresh.title}</Text>
        <Text size="sm" c="dimmed" maw={520}>
          {may ? words.fresh.text : words.fresh.look}
        </Text>
        {may && (
          <Button component={Link} to="/guide">
            {words.fresh.guide}
          </Button>
        )}
      </div>
    </Panel>
  );
}
