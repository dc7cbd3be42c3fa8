import { Button, Group } from '@mantine/core';
import type { ReactNode } from 'react';
import { strings } from '../../strings.ts';

/** The next page of a report's table; nothing where there is none. @param children What is said beside it */
export function More({
  query,
  children,
}: {
  readonly query: {
    readonly hasNextPage: boolean;
    readonly isFetchingNextPage: boolean;
    readonly fetchNextPage: () => Promise<unknown>;
  };
  readonly children?: ReactNode;
}) {
  if (!query.hasNextPage) return null;
  return (
    <Group className="st-report-more" gap="sm">
      <Button variant="default" size="xs" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
        {strings.reports.more}
      </Button>
      {children}
    </Group>
  );
}
