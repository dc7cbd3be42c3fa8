import { Alert } from '@mantine/core';
import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';

/** Something that must not be overlooked: a sign, words, and what to do. */
export function Notice({
  tone,
  title,
  children,
}: {
  readonly tone: 'bad' | 'wait' | 'busy';
  readonly title?: ReactNode;
  readonly children?: ReactNode;
}) {
  const Icon = tone === 'busy' ? IconInfoCircle : IconAlertTriangle;
  return (
    <Alert className={`st-notice st-notice-${tone}`} icon={<Icon aria-hidden />} variant="default">
      {title !== undefined && <div className="st-notice-title">{title}</div>}
      {children}
    </Alert>
  );
}
