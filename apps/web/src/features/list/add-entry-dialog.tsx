import { Autocomplete, Checkbox, Fieldset, Modal, PasswordInput, Select, SimpleGrid, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { $api, api } from '../../api/client.ts';
import { useApiForm } from '../../forms/api-form.ts';
import { DialogForm } from '../../forms/dialog-form.tsx';
import { strings } from '../../strings.ts';
import { type ItemType, useItemTypes } from './use-item-types.ts';

const words = strings.list.add;

/** One entry, by hand. */
export function AddEntryDialog({
  projectId,
  onClose,
  onDone,
}: {
  readonly projectId: number;
  readonly onClose: () => void;
  readonly onDone: () => void;
}) {
  const types = useItemTypes(projectId);
  const { data: batches } = $api.useQuery('get', '/api/projects/{id}/batches', { params: { path: { id: projectId } } });
  const apiForm = useApiForm(
    {
      name: 'entry',
      initialValues: {
        itemType: types[0] ?? 'mailbox',
        sourceAddress: '',
        targetAddress: '',
        displayName: '',
        batch: '',
        merge: false,
        source: { user: '', password: '' },
        target: { user: '', password: '' },
      },
      validate: {
        sourceAddress: (value) => (value.trim() === '' ? words.sourceNeeded : null),
      },
    },
    // The API takes many entries at once; this one is the first.
    (field) => field.replace(/^entries[.[]0]?\./, '').replace(/^(source|target)Credentials\./, '$1.'),
  );
  const { form } = apiForm;
  const input = (path: string) => ({ key: form.key(path), ...form.getInputProps(path) });
  const credentials = (side: 'source' | 'target') => (
    <Fieldset legend={words.credentials[side]}>
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        <TextInput label={words.user} autoComplete="off" maxLength={500} {...input(`${side}.user`)} />
        <PasswordInput label={words.password} autoComplete="new-password" {...input(`${side}.password`)} />
      </SimpleGrid>
    </Fieldset>
  );
  return (
    <Modal
      opened
      onClose={onClose}
      title={words.title}
      size="lg"
      closeButtonProps={{ 'aria-label': strings.common.close }}
    >
      <DialogForm
        apiForm={apiForm}
        action={words.add}
        onCancel={onClose}
        send={async (values) => {
          const source = values.sourceAddress.trim();
          await api.POST('/api/projects/{id}/entries', {
            params: { path: { id: projectId } },
            body: {
              entries: [
                {
                  itemType: values.itemType as ItemType,
                  sourceAddress: source,
                  targetAddress: values.targetAddress.trim() || source,
                  ...(values.displayName.trim() === '' ? {} : { displayName: values.displayName }),
                  ...(values.batch.trim() === '' ? {} : { batch: values.batch }),
                  ...(values.merge ? { merge: true } : {}),
                  ...given('sourceCredentials', values.source),
                  ...given('targetCredentials', values.target),
                },
              ],
            },
          });
          notifications.show({ message: words.added(source) });
          onDone();
          onClose();
        }}
      >
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
          <TextInput
            label={words.source}
            description={words.sourceHint}
            required
            autoComplete="off"
            spellCheck={false}
            data-autofocus
            {...input('sourceAddress')}
          />
          <TextInput
            label={words.target}
            description={words.targetHint}
            autoComplete="off"
            spellCheck={false}
            {...input('targetAddress')}
          />
          <TextInput label={words.name} maxLength={500} autoComplete="off" {...input('displayName')} />
          <Autocomplete
            label={words.batch}
            maxLength={200}
            data={batches?.items.flatMap(({ batch }) => batch ?? []) ?? []}
            {...input('batch')}
          />
          {types.length > 1 && (
            <Select
              label={words.type}
              allowDeselect={false}
              data={types.map((value) => ({ value, label: strings.list.types[value] }))}
              {...input('itemType')}
            />
          )}
        </SimpleGrid>
        <Checkbox
          label={words.merge}
          description={words.mergeHint}
          key={form.key('merge')}
          {...form.getInputProps('merge', { type: 'checkbox' })}
        />
        {credentials('source')}
        {credentials('target')}
      </DialogForm>
    </Modal>
  );
}

/** Credentials where any were typed; without them the system's own sign in. */
function given(field: string, { user, password }: { readonly user: string; readonly password: string }) {
  if (user.trim() === '' && password === '') return {};
  return {
    [field]: { ...(user.trim() === '' ? {} : { user: user.trim() }), ...(password === '' ? {} : { password }) },
  };
}
