import { Anchor, Stack, Text, UnstyledButton } from '@mantine/core';
import { IconFileTypeCsv, IconListSearch, IconUserPlus } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Allowed } from '../../session/session.tsx';
import { strings } from '../../strings.ts';
import { AddEntryDialog } from '../list/add-entry-dialog.tsx';
import { GetListDialog } from '../list/get-list-dialog.tsx';
import { ImportDialog } from '../list/import-dialog.tsx';
import type { StepProps } from './guide-state.ts';
import { NextButtons } from './next-buttons.tsx';

const words = strings.guide.list;

const WAYS = [
  { kind: 'get', icon: IconListSearch, title: words.get, text: words.getText },
  { kind: 'import', icon: IconFileTypeCsv, title: words.import, text: words.importText },
  { kind: 'add', icon: IconUserPlus, title: words.add, text: words.addText },
] as const;

/** The dialogs of the user list, with what each is for. */
export function ListStep({ state: { project, done }, onNext }: StepProps) {
  const [dialog, setDialog] = useState<(typeof WAYS)[number]['kind']>();
  const queryClient = useQueryClient();
  if (project === undefined)
    return (
      <Stack gap="md">
        <Text size="sm">{words.needsProject}</Text>
        <NextButtons done={false} onNext={onNext} />
      </Stack>
    );
  const close = (): void => setDialog(undefined);
  const props = {
    projectId: project.id,
    onClose: close,
    onDone: () => {
      close();
      void queryClient.invalidateQueries({ queryKey: ['get', '/api/projects'] });
      void queryClient.invalidateQueries({ queryKey: ['get', '/api/projects/{id}/entries'] });
    },
  };
  const count = Object.values(project.entries).reduce((sum, one) => sum + one, 0);
  return (
    <Stack gap="md">
      <Text size="sm">{words.text}</Text>
      {count > 0 && (
        <Text size="sm" fw={600} role="status">
          {words.count(count)}{' '}
          <Anchor
            size="sm"
            renderRoot={(root) => <Link {...root} to="/projects/$projectId/list" params={{ projectId: project.id }} />}
          >
            {words.open}
          </Anchor>
        </Text>
      )}
      <Allowed scope="operate" otherwise={<Text size="sm">{strings.guide.operatorNeeded}</Text>}>
        <div className="st-guide-ways">
          {WAYS.map(({ kind, icon: Icon, title, text }) => (
            <UnstyledButton key={kind} className="st-guide-way" onClick={() => setDialog(kind)}>
              <strong>
                <Icon size={18} aria-hidden />
                {title}
              </strong>
              <Text size="xs" c="dimmed" component="span">
                {text}
              </Text>
            </UnstyledButton>
          ))}
        </div>
      </Allowed>
      {dialog === 'get' && <GetListDialog {...props} onImport={() => setDialog('import')} />}
      {dialog === 'import' && <ImportDialog {...props} />}
      {dialog === 'add' && <AddEntryDialog {...props} />}
      <NextButtons done={done.list} onNext={onNext} />
    </Stack>
  );
}
