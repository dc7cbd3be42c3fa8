import { Button, Checkbox, Popover, Stack } from '@mantine/core';
import { IconColumns3 } from '@tabler/icons-react';
import { strings } from '../../strings.ts';
import { type ColumnId, LAYOUT } from './column-layout.ts';
import type { Columns } from './use-columns.ts';

const words = strings.list;

export function ColumnChooser({ table, reset }: Columns) {
  return (
    <Popover position="bottom-end" trapFocus returnFocus>
      <Popover.Target>
        <Button variant="default" size="xs" leftSection={<IconColumns3 size={16} aria-hidden />}>
          {words.columns}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={words.chooseColumns}>
        <Stack gap={8}>
          {table
            .getAllLeafColumns()
            .filter((column) => LAYOUT[column.id as ColumnId].fixed !== true)
            .map((column) => (
              <Checkbox
                key={column.id}
                size="sm"
                label={words.column[column.id as ColumnId]}
                checked={column.getIsVisible()}
                onChange={(event) => column.toggleVisibility(event.currentTarget.checked)}
              />
            ))}
          <Button variant="subtle" size="compact-sm" onClick={reset}>
            {words.resetColumns}
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
