import { Autocomplete, Button, Checkbox, Group, Loader, Modal, Select, Stack, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, useState } from 'react';
import { $api, api, dataOf } from '../../api/client.ts';
import { ApiError } from '../../api/error.ts';
import { Notice } from '../../components/notice.tsx';
import { formatBytes, formatNumber } from '../../lib/format.ts';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { Chip } from '../../shell/status-chip.tsx';
import { strings } from '../../strings.ts';
import { type ItemType, useItemTypes } from './use-item-types.ts';

const words = strings.list.get;
const ROW = 36;
/** The API takes no more entries at once. */
const AT_ONCE = 10_000;

const discover = (projectId: number, itemType: ItemType, signal: AbortSignal) =>
  dataOf(api.POST('/api/projects/{id}/discover', { params: { path: { id: projectId } }, body: { itemType }, signal }));
type Found = Awaited<ReturnType<typeof discover>>['items'][number];

/** What the source system holds, to choose from. Where it can't list that, a CSV does. */
export function GetListDialog({
  projectId,
  onClose,
  onImport,
  onDone,
}: {
  readonly projectId: number;
  readonly onClose: () => void;
  readonly onImport: () => void;
  readonly onDone: () => void;
}) {
  const types = useItemTypes(projectId);
  const [type, setType] = useState<ItemType>();
  const itemType = type ?? types[0] ?? 'mailbox';
  const found = useQuery({
    queryKey: ['discover', projectId, itemType],
    queryFn: ({ signal }) => discover(projectId, itemType, signal),
    meta: { live: 'own' },
    staleTime: 60_000,
    gcTime: 0,
    retry: false,
  });
  const cannot = found.error instanceof ApiError && found.error.code === 'cannot-list-users' ? found.error : undefined;
  return (
    <Modal
      opened
      onClose={onClose}
      title={words.title}
      size="lg"
      closeButtonProps={{ 'aria-label': strings.common.close }}
    >
      <Stack gap="md">
        {types.length > 1 && (
          <Select
            label={words.type}
            allowDeselect={false}
            data={types.map((value) => ({ value, label: strings.list.types[value] }))}
            value={itemType}
            onChange={(value) => setType((value ?? undefined) as ItemType | undefined)}
          />
        )}
        {found.isPending && (
          <Group gap="xs" role="status">
            <Loader size="xs" />
            <Text size="sm">{words.asking}</Text>
          </Group>
        )}
        {cannot !== undefined ? (
          <Notice tone="wait" title={cannot.message}>
            <Text size="sm">{words.cannot}</Text>
            <Button mt="sm" size="xs" onClick={onImport}>
              {strings.list.import}
            </Button>
          </Notice>
        ) : (
          <ErrorNotice error={found.error} onRetry={() => void found.refetch()} />
        )}
        {found.data !== undefined && (
          <Choose projectId={projectId} items={found.data.items} onClose={onClose} onDone={onDone} />
        )}
      </Stack>
    </Modal>
  );
}

function Choose({
  projectId,
  items,
  onClose,
  onDone,
}: {
  readonly projectId: number;
  readonly items: readonly Found[];
  readonly onClose: () => void;
  readonly onDone: () => void;
}) {
  const fresh = useMemo(() => items.filter((item) => !item.listed), [items]);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(() => new Set(fresh.map((item) => item.address)));
  const [text, setText] = useState('');
  const [domain, setDomain] = useState('');
  const [batch, setBatch] = useState('');
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Error>();
  const { data: batches } = $api.useQuery('get', '/api/projects/{id}/batches', { params: { path: { id: projectId } } });

  const shown = useMemo(() => {
    const part = text.trim().toLowerCase();
    return part === ''
      ? items
      : items.filter(({ address, displayName }) => `${address} ${displayName ?? ''}`.toLowerCase().includes(part));
  }, [items, text]);
  const choosable = shown.filter((item) => !item.listed);
  const shownChosen = choosable.filter((item) => chosen.has(item.address)).length;
  const mark = (addresses: readonly string[], on: boolean): void =>
    setChosen((now) => {
      const next = new Set(now);
      for (const address of addresses) on ? next.add(address) : next.delete(address);
      return next;
    });
  const targetOf = (address: string): string =>
    domain.trim() === '' ? address : address.replace(/@[^@]*$/, `@${domain.trim().replace(/^@/, '')}`);
  const add = async (): Promise<void> => {
    setBusy(true);
    setRefusal(undefined);
    try {
      const entries = fresh
        .filter((item) => chosen.has(item.address))
        .map((item) => ({
          itemType: item.itemType,
          sourceAddress: item.address,
          targetAddress: targetOf(item.address),
          ...(item.displayName === undefined ? {} : { displayName: item.displayName }),
          ...(batch.trim() === '' ? {} : { batch: batch.trim() }),
        }));
      for (let at = 0; at < entries.length; at += AT_ONCE)
        await api.POST('/api/projects/{id}/entries', {
          params: { path: { id: projectId } },
          body: { entries: entries.slice(at, at + AT_ONCE) },
        });
      notifications.show({ message: words.added(entries.length) });
      onDone();
      onClose();
    } catch (error) {
      setRefusal(error instanceof Error ? error : new Error(String(error)));
    } finally {
      setBusy(false);
    }
  };
  if (items.length === 0) return <Text size="sm">{words.none}</Text>;
  return (
    <>
      <Text size="sm">{words.found(items.length, items.length - fresh.length)}</Text>
      <TextInput
        type="search"
        size="sm"
        aria-label={words.search}
        placeholder={words.search}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Checkbox
        label={words.all(choosable.length)}
        checked={choosable.length > 0 && shownChosen === choosable.length}
        indeterminate={shownChosen > 0 && shownChosen < choosable.length}
        disabled={choosable.length === 0}
        onChange={(event) =>
          mark(
            choosable.map((item) => item.address),
            event.currentTarget.checked,
          )
        }
      />
      <FoundRows items={shown} chosen={chosen} onMark={(address, on) => mark([address], on)} />
      <TextInput
        label={words.domain}
        description={words.domainHint}
        placeholder="new.example"
        autoComplete="off"
        value={domain}
        onChange={(event) => setDomain(event.currentTarget.value)}
      />
      <Autocomplete
        label={words.batch}
        maxLength={200}
        data={batches?.items.flatMap((one) => one.batch ?? []) ?? []}
        value={batch}
        onChange={setBatch}
      />
      <ErrorNotice error={refusal} />
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          {strings.common.cancel}
        </Button>
        <Button loading={busy} disabled={chosen.size === 0} onClick={() => void add()}>
          {words.add(chosen.size)}
        </Button>
      </Group>
    </>
  );
}

function FoundRows({
  items,
  chosen,
  onMark,
}: {
  readonly items: readonly Found[];
  readonly chosen: ReadonlySet<string>;
  readonly onMark: (address: string, on: boolean) => void;
}) {
  const scroller = useRef<HTMLUListElement>(null);
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 10,
  });
  return (
    <ul ref={scroller} className="st-found" aria-label={words.list}>
      <li aria-hidden style={{ height: virtualizer.getTotalSize() }} />
      {virtualizer.getVirtualItems().map(({ index, start }) => {
        const item = items[index];
        if (item === undefined) return null;
        return (
          <li key={item.address} style={{ height: ROW, transform: `translateY(${start}px)` }} className="st-found-row">
            <Checkbox
              size="sm"
              label={item.address}
              checked={item.listed || chosen.has(item.address)}
              disabled={item.listed}
              onChange={(event) => onMark(item.address, event.currentTarget.checked)}
            />
            <span className="st-row-quiet">
              {item.listed ? (
                <Chip tone="quiet">{words.listed}</Chip>
              ) : (
                [
                  item.displayName,
                  item.objects === undefined ? undefined : formatNumber(item.objects),
                  item.bytes === undefined ? undefined : formatBytes(item.bytes),
                ]
                  .filter((part) => part !== undefined)
                  .join(' · ')
              )}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
