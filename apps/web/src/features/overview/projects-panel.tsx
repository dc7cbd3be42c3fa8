import { Text } from '@mantine/core';
import type { Schema } from '../../api/client.ts';
import { ProgressBar } from '../../components/progress-bar.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { Panel } from '../../shell/page.tsx';
import { strings } from '../../strings.ts';

const words = strings.overview.projects;
const SHOWN = 8;

const THROUGH = ['completed', 'completed with failures'];
const LIVE = ['running', 'scheduled', 'pending'];

type Project = Schema<'OverviewProject'>;

const sumOf = ({ byStatus }: Project, statuses: readonly string[]): number =>
  statuses.reduce((sum, status) => sum + (byStatus[status] ?? 0), 0);

/** How far each project is, in entries; what moves comes first. */
export function ProjectsPanel({ projects }: { readonly projects: readonly Project[] }) {
  const sorted = projects.toSorted((a, b) => sumOf(b, LIVE) - sumOf(a, LIVE) || a.name.localeCompare(b.name));
  return (
    <Panel title={words.title}>
      <ul className="st-projects">
        {sorted.slice(0, SHOWN).map((project) => {
          const done = sumOf(project, THROUGH);
          return (
            <li key={project.id}>
              <div className="st-projects-head">
                <TextLink
                  to="/projects/$projectId/list"
                  params={{ projectId: project.id }}
                  size="sm"
                  fw={500}
                  className="st-address"
                >
                  {project.name}
                </TextLink>
                <Text size="xs" c="dimmed">
                  {project.entries === 0 ? words.empty : words.through(done, project.entries)}
                </Text>
              </div>
              {project.entries > 0 && (
                <ProgressBar
                  label={words.progressOf(project.name)}
                  done={done}
                  failed={project.byStatus.failed ?? 0}
                  total={project.entries}
                />
              )}
            </li>
          );
        })}
      </ul>
      {sorted.length > SHOWN && (
        <TextLink to="/projects" size="sm">
          {words.more(sorted.length - SHOWN)}
        </TextLink>
      )}
    </Panel>
  );
}
