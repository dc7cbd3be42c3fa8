import { Button, Group, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useBlocker } from '@tanstack/react-router';
import { useEffect, useMemo, useState } from 'react';
import { $api, api, dataOf, type Schema } from '../../api/client.ts';
import { ApiError } from '../../api/error.ts';
import { useApiForm } from '../../forms/api-form.ts';
import { formValueOf, isObject, type JsonSchema, jsonOf, problemsOf } from '../../forms/json-schema.ts';
import type { AnyForm } from '../../forms/schema-form.tsx';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { strings } from '../../strings.ts';
import { ChangedElsewhere } from './changed-elsewhere.tsx';
import { INCOMPLETE } from './moment.ts';
import { SettingsSections } from './sections.tsx';
import { nameOfSetting, valueInWords } from './setting-words.ts';
import { type Change, changesBetween, patchOf, type Settings, withChanges } from './settings-changes.ts';
import type { Drift } from './use-drift.ts';

const words = strings.settings;

type Values = { settings: Record<string, unknown> };

/**
 * Sends only what was changed, over the version that the form began with. Where somebody else was faster, their changes
 * are shown and can be taken over; nothing is overwritten unseen.
 */
export function SettingsForm({
  projectId,
  schema,
  latest,
  connectors,
  drift,
  mayChange,
}: {
  readonly projectId: number;
  readonly schema: JsonSchema;
  /** As the server has them now; may become newer while somebody types. */
  readonly latest: Schema<'Settings'>;
  readonly connectors: readonly string[] | undefined;
  readonly drift: Drift | undefined;
  readonly mayChange: boolean;
}) {
  const queryClient = useQueryClient();
  const [base, setBase] = useState({ settings: latest.settings as Settings, version: latest.version });
  const valuesOf = (settings: Settings): Values => ({
    settings: formValueOf(schema, settings) as Record<string, unknown>,
  });
  const { form, busy, refusal, clearRefusal, submit } = useApiForm<Values>(
    {
      initialValues: valuesOf(base.settings),
      validate: (values) => ({
        ...incompleteDates(values.settings, 'settings'),
        ...problemsOf(schema, values.settings, 'settings', strings.forms),
      }),
      validateInputOnBlur: true,
    },
    (field) => `settings.${field}`,
  );
  const changes = useMemo(
    () => changesBetween(inFormShape(schema, base.settings), jsonOf(schema, form.values.settings) as Settings),
    [schema, base, form.values],
  );
  const isNewer = latest.version !== base.version;

  const adopt = (settings: Settings, version: number, mine: readonly Change[] = []): void => {
    setBase({ settings, version });
    form.setValues(valuesOf(withChanges(settings, mine)));
    form.clearErrors();
    clearRefusal();
  };
  // Nobody has typed anything: what is shown is simply what there is.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a newer answer is taken over by itself
  useEffect(() => {
    if (isNewer && changes.length === 0) adopt(latest.settings, latest.version);
  }, [latest]);
  useBlocker({
    shouldBlockFn: () => changes.length > 0 && !window.confirm(words.leave),
    enableBeforeUnload: () => changes.length > 0,
  });

  const settingsKey = $api.queryOptions('get', '/api/projects/{id}/settings', {
    params: { path: { id: projectId } },
  }).queryKey;
  const save = submit(async () => {
    if (changes.length === 0) return;
    try {
      const saved = await dataOf(
        api.PUT('/api/projects/{id}/settings', {
          params: { path: { id: projectId } },
          body: { patch: patchOf(changes), ifVersion: base.version },
        }),
      );
      adopt(saved.settings, saved.version);
      queryClient.setQueryData(settingsKey, saved);
      void queryClient.invalidateQueries({ queryKey: ['get', '/api/projects/{id}/drift'] });
      notifications.show({
        message: saved.changes.length === 0 ? words.nothingChanged : words.savedChanges(saved.changes.length),
      });
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'settings-changed') throw error;
      // Shown by ChangedElsewhere, with what they changed.
      await queryClient.refetchQueries({ queryKey: settingsKey });
    }
  });

  return (
    <form onSubmit={save} noValidate aria-label={words.title}>
      <Stack gap="lg">
        <SettingsSections
          schema={schema}
          form={form as unknown as AnyForm}
          connectors={connectors}
          drift={drift}
          disabled={!mayChange}
        />
        <ErrorNotice error={refusal} />
        {mayChange && changes.length > 0 && (
          <section className="st-save-bar" aria-label={words.unsaved(changes.length)}>
            {isNewer && (
              <ChangedElsewhere
                projectId={projectId}
                version={latest.version}
                theirs={changesBetween(base.settings, latest.settings)}
                mine={changes}
                onTake={() => adopt(latest.settings, latest.version, changes)}
              />
            )}
            <Group justify="space-between" gap="sm">
              <Text size="sm" fw={600} role="status">
                {words.unsaved(changes.length)}
              </Text>
              <Group gap="xs">
                <Button variant="default" disabled={busy} onClick={() => adopt(base.settings, base.version)}>
                  {words.discard}
                </Button>
                <Button type="submit" loading={busy}>
                  {strings.common.save}
                </Button>
              </Group>
            </Group>
            <ul className="st-change-list">
              {changes.map(({ field, before, after }) => (
                <li key={field}>
                  {words.changeLine(nameOfSetting(field), valueInWords(field, before), valueInWords(field, after))}
                </li>
              ))}
            </ul>
          </section>
        )}
      </Stack>
    </form>
  );
}

/** As the form gives them back: what it has no input for isn't a change. */
const inFormShape = (schema: JsonSchema, settings: Settings): Settings =>
  jsonOf(schema, formValueOf(schema, settings)) as Settings;

/** A date that was begun and isn't one yet. */
function incompleteDates(value: unknown, at: string): Record<string, string> {
  if (value === INCOMPLETE) return { [at]: words.incompleteDate };
  if (!isObject(value)) return {};
  return Object.assign({}, ...Object.entries(value).map(([name, part]) => incompleteDates(part, `${at}.${name}`)));
}
