import { Anchor, Button, NativeSelect, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Allowed } from '../../session/session.tsx';
import { strings } from '../../strings.ts';
import { ProjectForm } from '../projects/project-form.tsx';
import { projectsQuery } from '../systems/queries.ts';
import type { StepProps } from './guide-state.ts';
import { NextButtons } from './next-buttons.tsx';

const words = strings.guide.project;

export function ProjectStep({ state: { project, source, target }, choose, onNext }: StepProps) {
  const projects = useQuery(projectsQuery).data?.items ?? [];
  const [another, setAnother] = useState(false);
  const isNew = project === undefined || another;
  return (
    <Stack gap="md">
      <Text size="sm">{words.text}</Text>
      {isNew ? (
        <Allowed scope="admin" otherwise={<Text size="sm">{strings.guide.ownerNeeded}</Text>}>
          <ProjectForm
            source={source?.id}
            target={target?.id}
            onMade={({ id }) => {
              setAnother(false);
              choose({ project: id, step: 'list' });
            }}
          />
        </Allowed>
      ) : (
        <>
          <Text size="sm" fw={600}>
            {words.there(project.name)}{' '}
            <Anchor
              size="sm"
              renderRoot={(props) => (
                <Link {...props} to="/projects/$projectId/settings" params={{ projectId: project.id }} />
              )}
            >
              {words.settings}
            </Anchor>
          </Text>
          {projects.length > 1 && (
            <NativeSelect
              label={words.which}
              value={String(project.id)}
              data={projects.map(({ id, name }) => ({ value: String(id), label: name }))}
              onChange={({ currentTarget: { value } }) => choose({ project: Number(value), step: 'project' })}
            />
          )}
          <Allowed scope="admin">
            <Button variant="default" size="xs" w="fit-content" onClick={() => setAnother(true)}>
              {words.another}
            </Button>
          </Allowed>
        </>
      )}
      <NextButtons done={!isNew} onNext={onNext} />
    </Stack>
  );
}
