import { Alert, Anchor, Button, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, dataOf, type Schema } from '../../api/client.ts';
import { useApiForm } from '../../forms/api-form.ts';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { strings } from '../../strings.ts';
import { connectorNamed, connectorsQuery, systemsQuery } from '../systems/queries.ts';

const words = strings.projects;

/** A new project between two systems that are there. */
export function ProjectForm({
  source,
  target,
  onMade,
  onCancel,
}: {
  /** Chosen beforehand. */
  readonly source?: number | undefined;
  readonly target?: number | undefined;
  readonly onMade: (project: Schema<'Project'>) => unknown;
  readonly onCancel?: () => void;
}) {
  const queryClient = useQueryClient();
  const systems = useQuery(systemsQuery).data?.items ?? [];
  const connectors = useQuery(connectorsQuery).data?.items;
  const { form, busy, refusal, submit } = useApiForm(
    {
      name: 'project',
      initialValues: { name: '', source: source?.toString() ?? '', target: target?.toString() ?? '' },
      validate: {
        name: (value) => (value.trim() === '' ? strings.forms.required : null),
        source: (value) => (value === '' ? strings.forms.required : null),
        target: (value) => (value === '' ? strings.forms.required : null),
      },
    },
    (field) => ({ sourceSystemId: 'source', targetSystemId: 'target' })[field] ?? field,
  );
  const can = (side: 'canRead' | 'canWrite') => [
    { value: '', label: words.choose, disabled: true },
    ...systems
      .filter((system) => connectorNamed(connectors, system.connector)?.[side] !== false)
      .map((system) => ({ value: String(system.id), label: system.name })),
  ];
  if (systems.length === 0)
    return (
      <Text size="sm">
        {words.noSystems}{' '}
        <Anchor component={Link} to="/systems/new">
          {words.addSystem}
        </Anchor>
      </Text>
    );
  return (
    <form
      noValidate
      onSubmit={submit(async (values) => {
        const project = await dataOf(
          api.POST('/api/projects', {
            body: {
              name: values.name,
              sourceSystemId: Number(values.source),
              targetSystemId: Number(values.target),
            },
          }),
        );
        await queryClient.invalidateQueries({ queryKey: ['get', '/api/projects'] });
        await onMade(project);
      })}
    >
      <Stack gap="md">
        <ErrorNotice error={refusal} />
        <TextInput
          label={words.name}
          placeholder={words.namePlaceholder}
          autoComplete="off"
          data-autofocus
          {...form.getInputProps('name')}
        />
        <NativeSelect
          label={words.source}
          description={words.sourceHelp}
          data={can('canRead')}
          {...form.getInputProps('source')}
        />
        <NativeSelect
          label={words.target}
          description={words.targetHelp}
          data={can('canWrite')}
          {...form.getInputProps('target')}
        />
        {form.values.source !== '' && form.values.source === form.values.target && (
          <Alert variant="default" className="st-notice st-notice-wait">
            {words.same}
          </Alert>
        )}
        <Group justify={onCancel === undefined ? undefined : 'flex-end'} gap="xs">
          {onCancel !== undefined && (
            <Button variant="default" onClick={onCancel}>
              {strings.common.cancel}
            </Button>
          )}
          <Button type="submit" loading={busy}>
            {words.create}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
