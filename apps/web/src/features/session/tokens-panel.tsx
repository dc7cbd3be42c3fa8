import { Alert, Button, Modal, NativeSelect, Radio, Stack, Text, TextInput } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { useState } from 'react';
import { $api, api, dataOf, type Schema } from '../../api/client.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { SecretOnce } from '../../components/secret-once.tsx';
import { useApiForm } from '../../forms/api-form.ts';
import { DialogForm } from '../../forms/dialog-form.tsx';
import { formatDate, formatMoment } from '../../lib/format.ts';
import type { Scope } from '../../session/session.tsx';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { Panel } from '../../shell/page.tsx';
import { Chip } from '../../shell/status-chip.tsx';
import { strings } from '../../strings.ts';

const words = strings.session.tokens;
const DAY_MS = 24 * 3600_000;
const SCOPES: readonly Scope[] = ['read', 'operate', 'admin'];

type Token = Schema<'ApiToken'>;
type State = 'valid' | 'expired' | 'revoked';

function stateOf(token: Token): State {
  if (token.revokedAt !== undefined) return 'revoked';
  return token.expiresAt !== undefined && Date.parse(token.expiresAt) <= Date.now() ? 'expired' : 'valid';
}

/** API tokens of the organization. For owners. */
export function TokensPanel() {
  const { data, error, refetch } = $api.useQuery('get', '/api/tokens');
  const [all, setAll] = useState(false);
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<Token>();
  const tokens = data?.items ?? [];
  const dead = tokens.filter((token) => stateOf(token) !== 'valid').length;
  const shown = all ? tokens : tokens.filter((token) => stateOf(token) === 'valid');
  return (
    <Panel
      title={words.title}
      lead={words.lead}
      flush
      actions={
        <Button size="xs" leftSection={<IconKey size={16} aria-hidden />} onClick={() => setMaking(true)}>
          {words.create}
        </Button>
      }
    >
      <ErrorNotice error={error} onRetry={() => void refetch()} />
      {shown.length > 0 && <TokenTable tokens={shown} onRevoke={setRevoking} />}
      {data !== undefined && shown.length === 0 && <div className="st-empty">{words.empty}</div>}
      {dead > 0 && !all && (
        <Button variant="subtle" size="xs" m="xs" onClick={() => setAll(true)}>
          {words.showRevoked(dead)}
        </Button>
      )}
      {making && (
        <NewToken
          onClose={() => {
            setMaking(false);
            void refetch();
          }}
        />
      )}
      {revoking !== undefined && (
        <ConfirmDialog
          opened
          onClose={() => setRevoking(undefined)}
          title={words.revokeTitle(revoking.name)}
          action={words.revoke}
          danger
          onConfirm={async () => {
            await api.DELETE('/api/tokens/{id}', { params: { path: { id: revoking.id } } });
            await refetch();
          }}
        >
          {words.revokeText}
        </ConfirmDialog>
      )}
    </Panel>
  );
}

function TokenTable({
  tokens,
  onRevoke,
}: {
  readonly tokens: readonly Token[];
  readonly onRevoke: (token: Token) => void;
}) {
  return (
    <table className="st-table st-stacked">
      <thead>
        <tr>
          <th scope="col">{words.name}</th>
          <th scope="col">{words.may}</th>
          <th scope="col">{words.person}</th>
          <th scope="col">{words.used}</th>
          <th scope="col">{words.expires}</th>
          <th scope="col">{words.state}</th>
          <th scope="col" aria-label={words.revoke} />
        </tr>
      </thead>
      <tbody>
        {tokens.map((token) => {
          const state = stateOf(token);
          return (
            <tr key={token.id}>
              <td data-label={words.name}>{token.name}</td>
              <td data-label={words.may}>{words.scopeName[token.scopes.at(-1) ?? 'read']}</td>
              <td data-label={words.person}>{token.account}</td>
              <td data-label={words.used}>
                {token.lastUsedAt === undefined ? strings.common.never : formatMoment(token.lastUsedAt)}
              </td>
              <td data-label={words.expires}>
                {token.expiresAt === undefined ? strings.common.never : formatDate(token.expiresAt)}
              </td>
              <td data-label={words.state}>
                <Chip tone={state === 'valid' ? 'ok' : 'quiet'}>{words[state]}</Chip>
              </td>
              <td className="st-row-actions">
                {state === 'valid' && (
                  <Button
                    variant="default"
                    size="compact-sm"
                    aria-label={words.revokeOf(token.name)}
                    onClick={() => onRevoke(token)}
                  >
                    {words.revoke}
                  </Button>
                )}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function NewToken({ onClose }: { readonly onClose: () => void }) {
  const [made, setMade] = useState<{ name: string; token: string }>();
  return (
    <Modal
      opened
      onClose={onClose}
      title={made === undefined ? words.create : words.made(made.name)}
      size="lg"
      // A stray click must not throw away what is shown only once.
      closeOnClickOutside={made === undefined}
      closeButtonProps={{ 'aria-label': strings.common.close }}
    >
      {made === undefined ? (
        <TokenForm onMade={setMade} onClose={onClose} />
      ) : (
        <Stack gap="md">
          <Alert className="st-notice st-notice-wait" variant="default" role="status">
            {words.once}
          </Alert>
          <SecretOnce label={words.theToken} value={made.token} />
          <Button onClick={onClose} w="fit-content" ml="auto">
            {words.done}
          </Button>
        </Stack>
      )}
    </Modal>
  );
}

function TokenForm({
  onMade,
  onClose,
}: {
  readonly onMade: (made: { name: string; token: string }) => void;
  readonly onClose: () => void;
}) {
  const apiForm = useApiForm(
    {
      name: 'token',
      initialValues: { name: '', scope: 'operate' as Scope, days: '90' },
      validate: { name: (value) => (value.trim() === '' ? strings.session.required : null) },
    },
    (field) => (field === 'scopes' ? 'scope' : field === 'expiresAt' ? 'days' : field),
  );
  const { form } = apiForm;
  return (
    <DialogForm
      apiForm={apiForm}
      action={words.create}
      onCancel={onClose}
      send={async ({ name, scope, days }) => {
        const expiresAt = days === '0' ? {} : { expiresAt: new Date(Date.now() + Number(days) * DAY_MS).toISOString() };
        const body = { name, scopes: [scope], ...expiresAt };
        const { token, details } = await dataOf(api.POST('/api/tokens', { body }));
        onMade({ name: details.name, token });
      }}
    >
      <TextInput label={words.name} description={words.nameHelp} data-autofocus {...form.getInputProps('name')} />
      <Radio.Group label={words.may} {...form.getInputProps('scope')}>
        <Stack gap="xs" mt={6}>
          {SCOPES.map((scope) => (
            <Radio key={scope} value={scope} label={words.scopes[scope]} />
          ))}
        </Stack>
      </Radio.Group>
      <NativeSelect
        label={words.expires}
        data={['30', '90', '365', '0'].map((value) => ({ value, label: words.expiry[Number(value)] ?? value }))}
        {...form.getInputProps('days')}
      />
      {form.values.days === '0' && <Text size="sm">{words.neverWarning}</Text>}
    </DialogForm>
  );
}
