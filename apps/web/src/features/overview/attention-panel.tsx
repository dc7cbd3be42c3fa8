import { Text } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Schema } from '../../api/client.ts';
import { TextLink } from '../../components/text-link.tsx';
import { formatMoment } from '../../lib/format.ts';
import { Panel } from '../../shell/page.tsx';
import { Chip, StatusChip } from '../../shell/status-chip.tsx';
import { strings } from '../../strings.ts';
import { readListSearch } from '../list/search.ts';

const words = strings.overview.attention;

type Overview = Schema<'Overview'>;

export function AttentionPanel({ overview: { attention, projects } }: { readonly overview: Overview }) {
  const troubled = projects.filter((project) => project.attention > 0);
  const { remigrations, unbalanced, uncertain } = attention;
  const isQuiet = troubled.length === 0 && remigrations.total === 0;
  return (
    <Panel title={words.title}>
      {isQuiet ? (
        <div className="st-all-well">
          <IconCircleCheck size={18} aria-hidden />
          {words.none}
        </div>
      ) : (
        <ul className="st-attention">
          {troubled.map((project) => (
            <ProjectLine key={project.id} project={project} />
          ))}
          {unbalanced.total > 0 && (
            <Group title={words.unbalanced(unbalanced.total)} hint={words.unbalancedHint}>
              <Entries
                of={unbalanced}
                describe={(one) =>
                  [words.pass(one.passNumber), one.endedAt === undefined ? '' : formatMoment(one.endedAt)].join(', ')
                }
              />
            </Group>
          )}
          {uncertain.total > 0 && (
            <Group title={words.uncertain(uncertain.total)} hint={words.uncertainHint}>
              <Entries of={uncertain} describe={(one) => words.uncertainObjects(one.objects)} />
            </Group>
          )}
          {remigrations.total > 0 && (
            <Group title={words.remigrations(remigrations.total)}>
              {remigrations.items.map((one) => (
                <li key={one.id}>
                  <TextLink to="/remigrations/$remigrationId" params={{ remigrationId: one.id }} size="sm">
                    {one.sourceAddress}
                  </TextLink>{' '}
                  <Text span size="sm">
                    {one.words} <span className="st-dimmed">{words.since(formatMoment(one.since))}</span>
                  </Text>
                  {one.isProblem && <Chip tone="bad">{words.problem}</Chip>}
                </li>
              ))}
              {remigrations.total > remigrations.items.length && (
                <li className="st-dimmed">{words.more(remigrations.total - remigrations.items.length)}</li>
              )}
            </Group>
          )}
        </ul>
      )}
    </Panel>
  );
}

function ProjectLine({ project }: { readonly project: Schema<'OverviewProject'> }) {
  const failed = project.byStatus.failed ?? 0;
  const withFailures = project.byStatus['completed with failures'] ?? 0;
  return (
    <li className="st-attention-project">
      <Text size="sm" fw={600} className="st-address">
        {project.name}
      </Text>
      <span className="st-attention-counts">
        {failed > 0 && (
          <span>
            <StatusChip status="failed" /> <span className="st-hidden">{words.failed(failed)}</span>
            <b aria-hidden>{failed}</b>
          </span>
        )}
        {withFailures > 0 && (
          <span>
            <StatusChip status="completed with failures" />{' '}
            <span className="st-hidden">{words.withFailures(withFailures)}</span>
            <b aria-hidden>{withFailures}</b>
          </span>
        )}
      </span>
      <TextLink
        to="/projects/$projectId/list"
        params={{ projectId: project.id }}
        search={readListSearch({ status: project.filter?.status.split(',') })}
        size="sm"
      >
        {words.show(project.attention)}
      </TextLink>
    </li>
  );
}

function Group({
  title,
  hint,
  children,
}: {
  readonly title: string;
  readonly hint?: string;
  readonly children: ReactNode;
}) {
  return (
    <li>
      <Text size="sm" fw={600}>
        {title}
      </Text>
      {hint !== undefined && (
        <Text size="xs" c="dimmed">
          {hint}
        </Text>
      )}
      <ul className="st-attention-items">{children}</ul>
    </li>
  );
}

function Entries({
  of,
  describe,
}: {
  readonly of: Overview['attention']['uncertain'];
  readonly describe: (entry: Schema<'TroubledEntry'>) => string;
}) {
  return (
    <>
      {of.items.map((one) => (
        <li key={one.entryId}>
          <TextLink to="/entries/$entryId" params={{ entryId: one.entryId }} size="sm">
            {one.sourceAddress}
          </TextLink>{' '}
          <span className="st-dimmed">{describe(one)}</span>
        </li>
      ))}
      {of.total > of.items.length && <li className="st-dimmed">{words.more(of.total - of.items.length)}</li>}
    </>
  );
}
