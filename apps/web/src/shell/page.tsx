import { Group, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { strings } from '../strings.ts';
import { FOCUS_AFTER_NAVIGATION } from './focus.ts';

/**
 * Every page is one of these: it sets the document's title, has the one h1 (which gets the focus after navigation), a
 * sentence below it and the page's actions.
 */
export function Page({
  title,
  lead,
  actions,
  above,
  children,
  width,
}: {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
  /** Breadcrumbs and the like. */
  readonly above?: ReactNode;
  readonly children: ReactNode;
  /** `reading` for forms and prose; tables take all. */
  readonly width?: 'reading';
}) {
  return (
    <Stack gap="lg" maw={width === 'reading' ? 760 : undefined} className="st-page">
      <title>{`${title} · ${strings.common.product}`}</title>
      <div>
        {above}
        <Group justify="space-between" align="flex-end" gap="sm">
          <div className="st-page-head">
            <Title order={1} tabIndex={-1} id={FOCUS_AFTER_NAVIGATION}>
              {title}
            </Title>
            {lead !== undefined && (
              <Text c="dimmed" size="sm" mt={4} component="div">
                {lead}
              </Text>
            )}
          </div>
          {actions !== undefined && <Group gap="xs">{actions}</Group>}
        </Group>
      </div>
      {children}
    </Stack>
  );
}

/** A panel with a heading. */
export function Panel({
  title,
  actions,
  lead,
  children,
  flush,
}: {
  readonly title?: string;
  readonly actions?: ReactNode;
  readonly lead?: ReactNode;
  readonly children: ReactNode;
  /** No padding around the content: for tables. */
  readonly flush?: boolean;
}) {
  return (
    <section className="st-panel" aria-label={title}>
      {(title !== undefined || actions !== undefined) && (
        <Group justify="space-between" className="st-panel-head" gap="xs">
          <div>
            {title !== undefined && <Title order={2}>{title}</Title>}
            {lead !== undefined && (
              <Text size="sm" c="dimmed">
                {lead}
              </Text>
            )}
          </div>
          {actions}
        </Group>
      )}
      <div className={flush ? undefined : 'st-panel-body'}>{children}</div>
    </section>
  );
}
