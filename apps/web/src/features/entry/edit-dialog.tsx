import { Autocomplete, Button, Fieldset, Group, Modal, Skeleton, Stack, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { $api, api, type Schema } from '../../api/client.ts';
import { useApiForm } from '../../forms/api-form.ts';
import type { JsonSchema } from '../../forms/json-schema.ts';
import type { AnyForm } from '../../forms/schema-form.tsx';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { strings } from '../../strings.ts';
import { hasStarted } from './actions.ts';
import { changeOf, type EditValues, editFieldOf, editProblems, startValues } from './edit-values.ts';
import { OwnSettings } from './own-settings.tsx';
import { SignInFields } from './sign-in-fields.tsx';
import { useAct } from './use-act.ts';

const words = strings.entry.edit;

interface DialogProps {
  readonly entry: Schema<'Entry'>;
  readonly onClose: () => void;
}

export function EditDialog({ entry, onClose }: DialogProps) {
  const projectId = entry.projectId ?? 0;
  const schema = useQuery($api.queryOptions('get', '/api/settings-schema'));
  const project = useQuery(
    $api.queryOptions('get', '/api/projects/{id}/settings', { params: { path: { id: projectId } } }),
  );
  return (
    <Modal
      opened
      onClose={onClose}
      title={words.title}
      size="lg"
      closeButtonProps={{ 'aria-label': strings.common.close }}
    >
      <ErrorNotice error={schema.error ?? project.error} />
      {schema.data !== undefined && project.data !== undefined ? (
        <EditForm
          entry={entry}
          schema={schema.data as JsonSchema}
          projectSettings={project.data.settings}
          onClose={onClose}
        />
      ) : (
        <Skeleton height={240} />
      )}
    </Modal>
  );
}

function EditForm({
  entry,
  schema,
  projectSettings,
  onClose,
}: DialogProps & { readonly schema: JsonSchema; readonly projectSettings: unknown }) {
  const act = useAct();
  const batches = useQuery(
    $api.queryOptions('get', '/api/projects/{id}/batches', { params: { path: { id: entry.projectId ?? 0 } } }),
  ).data?.items.flatMap(({ batch }) => batch ?? []);
  const { form, busy, refusal, submit } = useApiForm<EditValues>(
    {
      initialValues: startValues(entry, schema, projectSettings),
      validate: (values) => editProblems(values, schema),
    },
    editFieldOf,
  );
  const isFixed = hasStarted(entry);
  const save = submit(async (values) => {
    const body = changeOf(entry, values, schema);
    if (Object.keys(body).length > 0)
      await act(() => api.PATCH('/api/entries/{id}', { params: { path: { id: entry.id } }, body }));
    notifications.show({ message: words.saved });
    onClose();
  });
  return (
    <form onSubmit={save} noValidate>
      <Stack gap="md">
        <Fieldset legend={words.list}>
          <Stack gap="sm">
            <TextInput label={words.displayName} maxLength={500} {...form.getInputProps('displayName')} />
            <Autocomplete
              label={words.batch}
              description={words.batchHint}
              maxLength={200}
              data={batches ?? []}
              {...form.getInputProps('batch')}
            />
          </Stack>
        </Fieldset>
        <Fieldset legend={words.addresses}>
          <Stack gap="sm">
            {isFixed && <Text size="sm">{words.fixed}</Text>}
            <TextInput label={words.source} disabled={isFixed} {...form.getInputProps('sourceAddress')} />
            <TextInput label={words.target} disabled={isFixed} {...form.getInputProps('targetAddress')} />
          </Stack>
        </Fieldset>
        <Fieldset legend={words.signIns}>
          <Stack gap="md">
            <Text size="sm" c="dimmed">
              {words.signInsHint}
            </Text>
            <SignInFields form={form} side="source" stored={entry.hasCredentials.source} />
            <SignInFields form={form} side="target" stored={entry.hasCredentials.target} />
          </Stack>
        </Fieldset>
        <Fieldset legend={words.settings}>
          <OwnSettings form={form as unknown as AnyForm} own={form.getValues().own} schema={schema} />
        </Fieldset>
        <ErrorNotice error={refusal} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {strings.common.cancel}
          </Button>
          <Button type="submit" loading={busy}>
            {strings.common.save}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
