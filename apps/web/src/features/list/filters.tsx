import { Button, Checkbox, CloseButton, Popover, Select, Stack, TextInput } from '@mantine/core';
import { useDebouncedCallback, useMediaQuery } from '@mantine/hooks';
import { IconChevronDown, IconSearch } from '@tabler/icons-react';
import { memo, useEffect, useRef, useState } from 'react';
import { $api } from '../../api/client.ts';
import { StatusChip } from '../../shell/status-chip.tsx';
import { strings } from '../../strings.ts';
import { isFiltered, LICENSE_STATES, type ListSearch, SORTS, type Sort, STATUSES } from './search.ts';
import { useItemTypes } from './use-item-types.ts';

const words = strings.list;
/** The value of a choice can't be empty, and no batch is named like this: names are trimmed. */
const NO_BATCH = ' ';

/** Which entries, in which order. Every change goes to the page's address. Rows that come in don't concern it. */
export const Filters = memo(function Filters({
  projectId,
  search,
  onChange,
}: {
  readonly projectId: number;
  readonly search: ListSearch;
  readonly onChange: (search: ListSearch) => void;
}) {
  const batches = $api.useQuery('get', '/api/projects/{id}/batches', { params: { path: { id: projectId } } });
  const types = useItemTypes(projectId);
  const isPhone = useMediaQuery('(max-width: 48em)') ?? false;
  const set = <Key extends keyof ListSearch>(key: Key, value: ListSearch[Key] | null | undefined): void => {
    const { [key]: _, ...rest } = search;
    onChange(value === undefined || value === null ? rest : { ...rest, [key]: value });
  };
  return (
    <search className="st-toolbar" aria-label={words.filters}>
      <SearchField value={search.q ?? ''} onChange={(q) => set('q', q === '' ? undefined : q)} />
      <StatusFilter
        chosen={search.status ?? []}
        onChange={(status) => set('status', status.length > 0 ? status : undefined)}
      />
      <Select
        className="st-toolbar-filter"
        size="xs"
        aria-label={words.batch}
        placeholder={words.anyBatch}
        searchable
        clearable
        clearButtonProps={{ 'aria-label': words.anyBatch }}
        data={batchChoices(batches.data?.items ?? [], search.batch)}
        value={search.batch === undefined ? null : search.batch === '' ? NO_BATCH : search.batch}
        onChange={(batch) => set('batch', batch === NO_BATCH ? '' : batch)}
      />
      <Select
        className="st-toolbar-filter"
        size="xs"
        aria-label={words.license}
        placeholder={words.anyLicense}
        clearable
        clearButtonProps={{ 'aria-label': words.anyLicense }}
        data={LICENSE_STATES.map((value) => ({ value, label: words.licenses[value] }))}
        value={search.license ?? null}
        onChange={(license) => set('license', license as ListSearch['license'] | null)}
      />
      {(types.length > 1 || search.type !== undefined) && (
        <Select
          className="st-toolbar-filter"
          size="xs"
          aria-label={words.type}
          placeholder={words.anyType}
          clearable
          clearButtonProps={{ 'aria-label': words.anyType }}
          data={types.map((value) => ({ value, label: words.types[value] }))}
          value={search.type ?? null}
          onChange={(type) => set('type', type as ListSearch['type'] | null)}
        />
      )}
      {isPhone && (
        <Select
          className="st-toolbar-filter"
          size="xs"
          aria-label={words.order}
          allowDeselect={false}
          data={SORTS.flatMap((sort) => [
            { value: sort, label: words.orders[sort][0] },
            { value: `${sort} desc`, label: words.orders[sort][1] },
          ])}
          value={`${search.sort ?? 'id'}${search.desc ? ' desc' : ''}`}
          onChange={(value) => {
            const [sort, desc] = (value ?? 'id').split(' ');
            onChange(sortedBy(search, sort as Sort, desc !== undefined));
          }}
        />
      )}
      {isFiltered(search) && (
        <Button variant="subtle" size="compact-sm" onClick={() => onChange(sortedBy({}, search.sort, search.desc))}>
          {words.clearFilters}
        </Button>
      )}
    </search>
  );
});

/** The same entries in another order; the list's own order needs no words in the address. */
export function sortedBy(search: ListSearch, sort: Sort | undefined, desc: boolean | undefined): ListSearch {
  const { sort: _sort, desc: _desc, ...filter } = search;
  return {
    ...filter,
    ...(sort === undefined || sort === 'id' ? {} : { sort }),
    ...(desc === true ? { desc: true } : {}),
  };
}

function batchChoices(batches: readonly { batch?: string; entries: number }[], chosen: string | undefined) {
  const names = batches.map(({ batch }) => batch ?? '');
  if (chosen !== undefined && !names.includes(chosen)) names.push(chosen);
  return names.map((name) => (name === '' ? { value: NO_BATCH, label: words.noBatch } : { value: name, label: name }));
}

/** What is typed is searched for when the typing pauses. */
function SearchField({ value, onChange }: { readonly value: string; readonly onChange: (text: string) => void }) {
  const [text, setText] = useState(value);
  const told = useRef(value);
  const tell = useDebouncedCallback((next: string) => {
    told.current = next;
    onChange(next);
  }, 250);
  useEffect(() => {
    // Another address (back, a link) says something else; what we told ourselves may be older than what is typed now.
    if (value !== told.current) setText(value);
    told.current = value;
  }, [value]);
  const change = (next: string): void => {
    setText(next);
    tell(next.trim());
  };
  return (
    <TextInput
      className="st-toolbar-search"
      size="xs"
      type="search"
      aria-label={words.search}
      placeholder={words.search}
      leftSection={<IconSearch size={16} aria-hidden />}
      rightSection={
        text === '' ? null : <CloseButton size="sm" aria-label={words.clearSearch} onClick={() => change('')} />
      }
      value={text}
      onChange={(event) => change(event.currentTarget.value)}
    />
  );
}

type Status = (typeof STATUSES)[number];

function StatusFilter({
  chosen,
  onChange,
}: {
  readonly chosen: readonly Status[];
  readonly onChange: (statuses: Status[]) => void;
}) {
  const [first] = chosen;
  const name = first === undefined ? undefined : (strings.common.status[first] ?? first);
  return (
    <Popover position="bottom-start" trapFocus returnFocus>
      <Popover.Target>
        <Button
          className="st-toolbar-filter st-filter-button"
          data-any={name === undefined || undefined}
          variant="default"
          size="xs"
          px="sm"
          fw={400}
          justify="space-between"
          rightSection={<IconChevronDown size={14} aria-hidden />}
          aria-label={words.statusIs(name ?? words.anyStatus, chosen.length - 1)}
        >
          {name === undefined ? words.anyStatus : words.andMore(name, chosen.length - 1)}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={words.status}>
        <Checkbox.Group
          value={[...chosen]}
          onChange={(values) => onChange(STATUSES.filter((one) => values.includes(one)))}
        >
          <Stack gap={8}>
            {STATUSES.map((status) => (
              <Checkbox key={status} size="sm" value={status} label={<StatusChip status={status} />} />
            ))}
          </Stack>
        </Checkbox.Group>
      </Popover.Dropdown>
    </Popover>
  );
}
