import { Modal, NativeSelect, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { api, dataOf, type Schema } from '../../api/client.ts';
import { useApiForm } from '../../forms/api-form.ts';
import { DialogForm } from '../../forms/dialog-form.tsx';
import { strings } from '../../strings.ts';

const { grant: words, types, tiers } = strings.licenses;

type Balance = Schema<'LicenseBalance'>;
const MOST = 1_000_000;

/** `12` or `1,200`; undefined for what is no whole number in range. */
function readQuantity(text: string): number | undefined {
  const digits = text.trim().replace(/(?<=\d)[ ,.'](?=\d{3}(\D|$))/g, '');
  const quantity = /^\d+$/.test(digits) ? Number(digits) : 0;
  return quantity >= 1 && quantity <= MOST ? quantity : undefined;
}

/** The owner grants licenses to the organization. */
export function GrantDialog({ onClose }: { readonly onClose: () => void }) {
  const queryClient = useQueryClient();
  const apiForm = useApiForm({
    name: 'grant',
    initialValues: { type: 'mail' as Balance['type'], tier: 'standard' as Balance['tier'], quantity: '', note: '' },
    validate: { quantity: (value: string) => (readQuantity(value) === undefined ? words.quantityWhole : null) },
  });
  const { form } = apiForm;
  return (
    <Modal opened onClose={onClose} title={words.action} closeButtonProps={{ 'aria-label': strings.common.close }}>
      <DialogForm
        apiForm={apiForm}
        action={words.action}
        onCancel={onClose}
        send={async ({ type, tier, quantity, note }) => {
          const body = {
            type,
            tier,
            quantity: readQuantity(quantity) ?? 0,
            ...(note.trim() === '' ? {} : { note: note.trim() }),
          };
          const balance = await dataOf(api.POST('/api/licenses/grants', { body }));
          onClose();
          notifications.show({ message: words.done(nameOf(balance), balance.available) });
          await queryClient.invalidateQueries({ queryKey: ['get', '/api/licenses/balance'] });
        }}
      >
        <TextInput
          label={words.quantity}
          inputMode="numeric"
          autoComplete="off"
          data-autofocus
          {...form.getInputProps('quantity')}
        />
        <NativeSelect
          label={words.type}
          data={Object.entries(types).map(([value, label]) => ({ value, label }))}
          {...form.getInputProps('type')}
        />
        <NativeSelect
          label={words.tier}
          description={words.tierHelp}
          data={Object.entries(tiers).map(([value, label]) => ({ value, label }))}
          {...form.getInputProps('tier')}
        />
        <TextInput
          label={words.note}
          description={words.noteHelp}
          autoComplete="off"
          maxLength={2_000}
          {...form.getInputProps('note')}
        />
      </DialogForm>
    </Modal>
  );
}

export const nameOf = ({ type, tier }: Pick<Balance, 'type' | 'tier'>): string =>
  tier === 'standard' ? (types[type] ?? type) : `${types[type]}, ${(tiers[tier] ?? tier).toLowerCase()}`;
