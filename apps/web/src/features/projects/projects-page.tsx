import { Button, Group, Modal, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconArrowRight, IconPlus } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api, type Schema } from '../../api/client.ts';
import { ProgressBar } from '../../components/progress-bar.tsx';
import { useApiForm } from '../../forms/api-form.ts';
import { DialogForm } from '../../forms/dialog-form.tsx';
import { Allowed, useMay } from '../../session/session.tsx';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { NotFoundPage, Pending } from '../../shell/fallbacks.tsx';
import { Page, Panel } from '../../shell/page.tsx';
import { Chip } from '../../shell/status-chip.tsx';
import { toneOf } from '../../shell/status-tone.ts';
import { strings } from '../../strings.ts';
import { projectsQuery } from '../systems/queries.ts';
import { ProjectForm } from './project-form.tsx';
import './projects.css';

const words = strings.projects;
const route = getRouteApi('/app/projects');

type Project = Schema<'Project'>;

export function ProjectsPage() {
  const projects = useQuery(projectsQuery);
  const { new: isNew } = route.useSearch();
  const mayAdmin = useMay('admin');
  const [renaming, setRenaming] = useState<Project>();
  const navigate = useNavigate();
  const closeNew = () => void navigate({ to: '/projects', search: {} });
  if (isNew === true && !mayAdmin) return <NotFoundPage />;
  return (
    <Page
      title={words.title}
      lead={words.lead}
      actions={
        <Allowed scope="admin">
          <NewButton />
        </Allowed>
      }
    >
      <ErrorNotice error={projects.error} onRetry={() => void projects.refetch()} />
      {projects.isPending && <Pending />}
      {projects.data?.items.length === 0 && <NoProjects />}
      {projects.data !== undefined && projects.data.items.length > 0 && (
        <Panel flush>
          <table className="st-table st-stacked">
            <thead>
              <tr>
                <th scope="col">{words.name}</th>
                <th scope="col">{words.route}</th>
                <th scope="col">{words.entries}</th>
                <th scope="col">{words.progress}</th>
                {mayAdmin && <th scope="col" aria-label={words.rename} />}
              </tr>
            </thead>
            <tbody>
              {projects.data.items.map((project) => (
                <Row key={project.id} project={project} onRename={mayAdmin ? setRenaming : undefined} />
              ))}
            </tbody>
          </table>
        </Panel>
      )}
      <Modal
        opened={isNew === true}
        onClose={closeNew}
        title={words.add}
        closeButtonProps={{ 'aria-label': strings.common.close }}
      >
        <ProjectForm
          onCancel={closeNew}
          onMade={({ id, name }) => {
            notifications.show({ message: words.made(name) });
            return navigate({ to: '/projects/$projectId/list', params: { projectId: id } });
          }}
        />
      </Modal>
      {renaming !== undefined && <Rename project={renaming} onDone={() => setRenaming(undefined)} />}
    </Page>
  );
}

const NewButton = () => (
  <Button
    leftSection={<IconPlus size={16} aria-hidden />}
    renderRoot={(props) => <Link {...props} to="/projects" search={{ new: true }} />}
  >
    {words.add}
  </Button>
);

function NoProjects() {
  return (
    <Panel>
      <div className="st-empty">
        <Text fw={600}>{words.empty}</Text>
        <Text size="sm" mb="md">
          {words.emptyText}
        </Text>
        <Allowed scope="admin">
          <Group justify="center" gap="xs">
            <Button component={Link} to="/guide" variant="default">
              {words.toGuide}
            </Button>
            <NewButton />
          </Group>
        </Allowed>
      </div>
    </Panel>
  );
}

function Row({
  project,
  onRename,
}: {
  readonly project: Project;
  readonly onRename: ((project: Project) => void) | undefined;
}) {
  const counts = Object.entries(project.entries).filter(([, count]) => count > 0);
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  const done = (project.entries.completed ?? 0) + (project.entries['completed with failures'] ?? 0);
  return (
    <tr>
      <td data-label={words.name}>
        <Link to="/projects/$projectId/list" params={{ projectId: project.id }} className="st-strong-link">
          {project.name}
        </Link>
      </td>
      <td data-label={words.route}>
        <span className="st-route">
          {project.source.name}
          <IconArrowRight size={14} role="img" aria-label={words.to} />
          {project.target.name}
        </span>
      </td>
      <td data-label={words.entries}>{total === 0 ? words.noEntries : words.entryCount(total)}</td>
      <td data-label={words.progress}>
        {total > 0 && (
          <div className="st-project-progress">
            <ProgressBar label={words.progressOf(project.name)} done={done} total={total} />
            <Text size="xs" c="dimmed">
              {words.doneOf(done, total)}
            </Text>
            <Group gap={4}>
              {counts
                .filter(([status]) => status !== 'completed')
                .map(([status, count]) => (
                  <Chip key={status} tone={toneOf(status)}>
                    {words.statusCount(count, strings.common.status[status] ?? status)}
                  </Chip>
                ))}
            </Group>
          </div>
        )}
      </td>
      {onRename !== undefined && (
        <td className="st-row-actions">
          <Button
            variant="default"
            size="compact-sm"
            aria-label={words.renameOf(project.name)}
            onClick={() => onRename(project)}
          >
            {words.rename}
          </Button>
        </td>
      )}
    </tr>
  );
}

function Rename({ project, onDone }: { readonly project: Project; readonly onDone: () => void }) {
  const queryClient = useQueryClient();
  const apiForm = useApiForm({
    name: 'rename',
    initialValues: { name: project.name },
    validate: { name: (value) => (value.trim() === '' ? strings.forms.required : null) },
  });
  return (
    <Modal
      opened
      onClose={onDone}
      title={words.renameOf(project.name)}
      closeButtonProps={{ 'aria-label': strings.common.close }}
    >
      <DialogForm
        apiForm={apiForm}
        action={strings.common.save}
        onCancel={onDone}
        send={async (body) => {
          await api.PATCH('/api/projects/{id}', { params: { path: { id: project.id } }, body });
          await queryClient.invalidateQueries({ queryKey: ['get', '/api/projects'] });
          await queryClient.invalidateQueries({ queryKey: ['get', '/api/projects/{id}'] });
          onDone();
        }}
      >
        <TextInput label={words.name} data-autofocus autoComplete="off" {...apiForm.form.getInputProps('name')} />
      </DialogForm>
    </Modal>
  );
}
