import { Button } from '@mantine/core';
import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { Notice } from '../../components/notice.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { useMay } from '../../session/session.tsx';
import { Page } from '../../shell/page.tsx';
import { strings } from '../../strings.ts';
import { AboutRemigration } from './about.tsx';
import { CancelDialog } from './cancel-dialog.tsx';
import { FlowSteps } from './flow-steps.tsx';
import '../entry/entry.css';
import './remigration.css';
import { remigrationQuery } from './use-remigration.ts';

const words = strings.remigration.flow;
const route = getRouteApi('/app/remigrations/$remigrationId');

/** The guided remigration. All its state is the server's: it is left and taken up at any step, anywhere. */
export function RemigrationPage() {
  const { remigrationId } = route.useParams();
  const { data: remigration } = useSuspenseQuery(remigrationQuery(remigrationId));
  const [isCancelling, setCancelling] = useState(false);
  const mayOperate = useMay('operate');
  const { entryId, sourceAddress, endedAt, bulkId, step } = remigration;
  return (
    <Page
      title={words.title(sourceAddress)}
      lead={endedAt === undefined ? words.kept : undefined}
      above={
        bulkId === undefined ? (
          <TextLink size="sm" to="/entries/$entryId" params={{ entryId }}>
            {words.entryNumber(entryId)}
          </TextLink>
        ) : (
          <TextLink size="sm" to="/bulk-remigrations/$bulkId" params={{ bulkId }}>
            {words.toBulk}
          </TextLink>
        )
      }
      actions={
        mayOperate && endedAt === undefined && step !== 'done' ? (
          <Button variant="default" onClick={() => setCancelling(true)}>
            {words.cancel}
          </Button>
        ) : undefined
      }
    >
      {step === 'cancelled' && (
        <Notice tone="wait" title={words.cancelled}>
          {words.cancelledHint}
        </Notice>
      )}
      <div className="st-flow">
        <FlowSteps remigration={remigration} mayOperate={mayOperate} />
        <AboutRemigration remigration={remigration} />
      </div>
      <CancelDialog remigrationId={remigrationId} opened={isCancelling} onClose={() => setCancelling(false)} />
    </Page>
  );
}
