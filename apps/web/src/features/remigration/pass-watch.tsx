import { Button, Group, Text } from '@mantine/core';
import { useState } from 'react';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { strings } from '../../strings.ts';
import { LivePass } from '../entry/live-pass.tsx';

const words = strings.remigration.flow;

/** The pass that a step waits for, as it goes; whoever may can stop it. */
export function PassWatch({
  passId,
  onStop,
}: {
  readonly passId: number;
  readonly onStop?: (() => Promise<unknown>) | undefined;
}) {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Error>();
  const stop = async (): Promise<void> => {
    setBusy(true);
    setRefusal(undefined);
    try {
      await onStop?.();
    } catch (error) {
      setRefusal(error instanceof Error ? error : new Error(String(error)));
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="st-watch">
      <LivePass passId={passId} />
      <ErrorNotice error={refusal} />
      <Group gap="sm">
        <Text size="sm" c="dimmed" flex="1 1 16rem">
          {words.waitingHint} {onStop !== undefined && words.stopHint}
        </Text>
        {onStop !== undefined && (
          <Button variant="default" size="compact-sm" loading={busy} onClick={() => void stop()}>
            {words.stop}
          </Button>
        )}
      </Group>
    </div>
  );
}
