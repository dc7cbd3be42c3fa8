import { ActionIcon, Group, Text } from '@mantine/core';
import { IconPencil, IconTrash } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import { api } from '../../api/client.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { useMay } from '../../session/session.tsx';
import { strings } from '../../strings.ts';
import { EditRow } from './edit-row.tsx';
import { type MappingRow, useReadAgain } from './use-mapping-rows.ts';

const words = strings.mapping;
const ROW = 45;
/** From this many rows before the end on, the next page is read. */
const AHEAD = 40;

/**
 * A table of which only the rows in sight exist; the rest is the height of two empty rows.
 */
export function MappingTable({
  projectId,
  rows,
  matching,
  adding,
  onAdded,
  more,
  loadingMore,
}: {
  readonly projectId: number;
  readonly rows: readonly MappingRow[];
  readonly matching: number;
  readonly adding: boolean;
  /** The new row was saved, or given up. */
  readonly onAdded: () => void;
  readonly more: (() => void) | undefined;
  readonly loadingMore: boolean;
}) {
  const mayChange = useMay('operate');
  const readAgain = useReadAgain(projectId);
  const [editing, setEditing] = useState<string>();
  const [removing, setRemoving] = useState<MappingRow>();
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => rows[index]?.source ?? index,
    estimateSize: () => ROW,
    overscan: 12,
  });
  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= rows.length - AHEAD) more?.();
  }, [last, rows.length, more]);
  useEffect(() => {
    if (adding) scroller.current?.scrollTo({ top: 0 });
  }, [adding]);

  const before = items[0]?.start ?? 0;
  const after = virtualizer.getTotalSize() - (items.at(-1)?.end ?? 0);
  const save = async (old: string | undefined, row: MappingRow): Promise<void> => {
    await api.PATCH('/api/projects/{id}/mapping', {
      params: { path: { id: projectId } },
      body: { put: [row], ...(old === undefined ? {} : { remove: [old] }) },
    });
    await readAgain();
  };
  const columns = mayChange ? 4 : 3;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section ref={scroller} className="st-mapping-scroll" aria-label={words.table} tabIndex={0}>
      <table className="st-table st-mapping" aria-rowcount={matching + 1}>
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col">{words.source}</th>
            <th scope="col">{words.target}</th>
            <th scope="col">{words.kind}</th>
            {mayChange && <th scope="col">{words.actions}</th>}
          </tr>
        </thead>
        <tbody>
          {adding && (
            <EditRow label={words.addRow} row={undefined} onSave={(row) => save(undefined, row)} onDone={onAdded} />
          )}
          {before > 0 && <Gap columns={columns} height={before} />}
          {items.map(({ index, key }) => {
            const row = rows[index];
            if (row === undefined) return null;
            const measured = { 'data-index': index, ref: virtualizer.measureElement };
            if (editing === row.source)
              return (
                <EditRow
                  key={key}
                  {...measured}
                  label={words.edit(row.source)}
                  row={row}
                  onSave={(next) => save(row.source, next)}
                  onDone={() => setEditing(undefined)}
                />
              );
            return (
              <tr key={key} {...measured} aria-rowindex={index + 2}>
                <td className="st-break">{row.source}</td>
                <td className="st-break" data-label={words.target}>
                  {row.target}
                </td>
                <td>{words.kinds[row.kind]}</td>
                {mayChange && (
                  <td>
                    <Group gap={4} wrap="nowrap">
                      <ActionIcon
                        variant="subtle"
                        color="gray"
                        aria-label={words.edit(row.source)}
                        onClick={() => setEditing(row.source)}
                      >
                        <IconPencil size={18} aria-hidden />
                      </ActionIcon>
                      <ActionIcon
                        variant="subtle"
                        color="gray"
                        aria-label={words.remove(row.source)}
                        onClick={() => setRemoving(row)}
                      >
                        <IconTrash size={18} aria-hidden />
                      </ActionIcon>
                    </Group>
                  </td>
                )}
              </tr>
            );
          })}
          {after > 0 && <Gap columns={columns} height={after} />}
        </tbody>
      </table>
      {loadingMore && (
        <Text size="sm" c="dimmed" p="sm" role="status">
          {words.loadingMore}
        </Text>
      )}
      <ConfirmDialog
        opened={removing !== undefined}
        onClose={() => setRemoving(undefined)}
        title={words.removeTitle}
        action={strings.common.remove}
        danger
        onConfirm={async () => {
          if (removing === undefined) return;
          await api.PATCH('/api/projects/{id}/mapping', {
            params: { path: { id: projectId } },
            body: { remove: [removing.source] },
          });
          await readAgain();
        }}
      >
        {removing !== undefined && words.removeText(removing.source, removing.target)}
      </ConfirmDialog>
    </section>
  );
}

function Gap({ columns, height }: { readonly columns: number; readonly height: number }) {
  return (
    <tr aria-hidden className="st-mapping-gap">
      <td colSpan={columns} style={{ height, padding: 0, border: 0 }} />
    </tr>
  );
}
