import { Group, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Brand } from '../../shell/brand.tsx';
import { FOCUS_AFTER_NAVIGATION } from '../../shell/focus.ts';
import { strings } from '../../strings.ts';
import './front-door.css';

/** Pages before signing in: a panel in the middle, and nothing else to look at. */
export function FrontDoor({
  title,
  lead,
  children,
}: {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <main className="st-door">
      <title>{`${title} · ${strings.common.product}`}</title>
      <div className="st-door-panel">
        <Stack gap="lg">
          <Group gap="sm" className="st-brand">
            <Brand size={34} />
            {strings.common.product}
          </Group>
          <div>
            <Title order={1} tabIndex={-1} id={FOCUS_AFTER_NAVIGATION}>
              {title}
            </Title>
            {lead !== undefined && (
              <Text c="dimmed" size="sm" mt={6} component="div">
                {lead}
              </Text>
            )}
          </div>
          {children}
        </Stack>
      </div>
    </main>
  );
}
