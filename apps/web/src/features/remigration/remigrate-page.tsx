import { Button, Group, NativeSelect, Radio, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useQueries } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { $api, api, dataOf, type Schema } from '../../api/client.ts';
import { Notice } from '../../components/notice.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { useApiForm } from '../../forms/api-form.ts';
import { useMay } from '../../session/session.tsx';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { Page, Panel } from '../../shell/page.tsx';
import { strings } from '../../strings.ts';
import type { Reason } from './recommend.ts';
import './remigration.css';
import { chosenEntries } from './search.ts';
import { type TierChoice, TierField } from './tier-field.tsx';

const words = strings.remigration.bulk;
const route = getRouteApi('/app/projects/$projectId/remigrate');

/** The pilot is chosen from so many: a list that a person can read. */
const PILOTS = 25;

/** The same choices for many entries, made once: one goes first, the others wait for a decision. */
export function RemigratePage() {
  const { projectId } = route.useParams();
  const search = route.useSearch();
  // Once per visit: what the user list leaves for the next visit is not of this one.
  const [entryIds] = useState(() => chosenEntries(projectId, search));
  const entries = useQueries({
    queries: entryIds
      .slice(0, PILOTS)
      .map((id) => $api.queryOptions('get', '/api/entries/{id}', { params: { path: { id } } })),
  });
  const mayOperate = useMay('operate');
  const failed = entries.find((one) => one.error !== null)?.error;
  const known = entries.flatMap((one) => (one.data === undefined ? [] : [one.data]));
  const isWhole = known.length === entries.length;
  return (
    <Page
      title={words.title}
      lead={entryIds.length === 0 ? undefined : words.lead(entryIds.length)}
      width="reading"
      above={
        <TextLink size="sm" to="/projects/$projectId/list" params={{ projectId }}>
          {strings.shell.list}
        </TextLink>
      }
    >
      {entryIds.length === 0 ? (
        <Panel>
          <div className="st-empty">
            <Text fw={600}>{words.nothing}</Text>
            <Text size="sm">{words.nothingHint}</Text>
          </div>
        </Panel>
      ) : !mayOperate ? (
        <Text>{strings.remigration.flow.readOnly}</Text>
      ) : (
        <>
          <Notice tone="busy">{words.deltaFirst}</Notice>
          <ErrorNotice error={failed} />
          {!isWhole && failed === undefined && (
            <Text size="sm" role="status">
              {words.loading}
            </Text>
          )}
          {isWhole && <Choices projectId={projectId} entryIds={entryIds} known={known} />}
        </>
      )}
    </Page>
  );
}

const REASONS = Object.keys(strings.remigration.reasons) as Reason[];
const CONFLICTS = ['skip', 'overwrite', 'rename'] as const;

interface Values extends Record<string, unknown> {
  reason: Reason;
  note: string;
  backup: 'backup' | 'refuse';
  target: 'empty' | 'keep';
  conflict: (typeof CONFLICTS)[number] | '';
  tier: TierChoice;
  pilotEntryId: string;
  confirmation: string;
}

function Choices({
  projectId,
  entryIds,
  known,
}: {
  readonly projectId: number;
  readonly entryIds: readonly number[];
  readonly known: readonly Schema<'Entry'>[];
}) {
  const navigate = route.useNavigate();
  const { form, busy, refusal, submit } = useApiForm<Values>({
    initialValues: {
      reason: 'target content deleted',
      note: '',
      backup: 'backup',
      target: 'keep',
      conflict: '',
      tier: '',
      pilotEntryId: String(entryIds[0]),
      confirmation: '',
    },
  });
  const { backup, target } = form.getValues();
  const send = async (values: Values): Promise<void> => {
    const { reason, note, conflict, tier, pilotEntryId, confirmation } = values;
    const { id } = await dataOf(
      api.POST('/api/projects/{id}/bulk-remigrations', {
        params: { path: { id: projectId } },
        body: {
          entryIds: [...entryIds],
          pilotEntryId: Number(pilotEntryId),
          reason,
          note,
          backup: values.backup,
          target: values.target,
          ...(conflict === '' || values.target === 'empty' ? {} : { conflict }),
          ...(tier === '' ? {} : { tier }),
          ...(values.target === 'empty' ? { confirmation } : {}),
        },
      }),
    );
    await navigate({ to: '/bulk-remigrations/$bulkId', params: { bulkId: id } });
  };
  return (
    <form onSubmit={submit(send)}>
      <Panel>
        <Stack gap="lg">
          <NativeSelect
            label={words.reason}
            data={REASONS.map((value) => ({ value, label: strings.remigration.reasons[value] }))}
            {...form.getInputProps('reason')}
          />
          <Textarea
            label={words.note}
            description={backup === 'refuse' ? words.noteNeeded : undefined}
            autosize
            minRows={2}
            {...form.getInputProps('note')}
          />
          <Choice
            name={words.backup}
            values={words.backups}
            hints={words.backupHints}
            {...form.getInputProps('backup')}
          />
          <Choice
            name={words.target}
            values={words.targets}
            hints={words.targetHints}
            {...form.getInputProps('target')}
          />
          {target === 'keep' && (
            <NativeSelect
              label={words.conflict}
              data={[
                { value: '', label: strings.remigration.flow.target.conflictAsSet },
                ...CONFLICTS.map((value) => ({ value, label: strings.remigration.flow.target.conflicts[value] })),
              ]}
              {...form.getInputProps('conflict')}
            />
          )}
          <NativeSelect
            label={words.pilot}
            description={`${words.pilotHint}${entryIds.length > PILOTS ? ` ${words.pilotOfFirst(PILOTS)}` : ''}`}
            data={known.map(({ id, sourceAddress, targetAddress }) => ({
              value: String(id),
              label: strings.remigration.flow.of(sourceAddress, targetAddress),
            }))}
            {...form.getInputProps('pilotEntryId')}
          />
          <TierField
            itemType={known[0]?.itemType ?? 'mailbox'}
            count={entryIds.length}
            inputProps={form.getInputProps('tier')}
          />
          <Text size="sm">{words.costs(entryIds.length)}</Text>
          {target === 'empty' && (
            <TextInput
              label={words.confirmation(entryIds.length)}
              inputMode="numeric"
              autoComplete="off"
              maw={320}
              {...form.getInputProps('confirmation')}
            />
          )}
          <ErrorNotice error={refusal} />
          <Group>
            <Button type="submit" loading={busy} {...(target === 'empty' ? { color: 'red.9' } : {})}>
              {words.begin}
            </Button>
          </Group>
        </Stack>
      </Panel>
    </form>
  );
}

function Choice({
  name,
  values,
  hints,
  ...input
}: {
  readonly name: string;
  readonly values: Readonly<Record<string, string>>;
  readonly hints: Readonly<Record<string, string>>;
}) {
  return (
    <Radio.Group label={name} {...input}>
      <div className="st-choices">
        {Object.entries(values).map(([value, label]) => (
          <Radio key={value} value={value} label={label} description={hints[value]} />
        ))}
      </div>
    </Radio.Group>
  );
}
