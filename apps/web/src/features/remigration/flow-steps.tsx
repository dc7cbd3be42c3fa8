import { Button, Text, Title } from '@mantine/core';
import { IconCheck, IconMinus, IconX } from '@tabler/icons-react';
import { type ComponentType, useEffect, useRef, useState } from 'react';
import { api } from '../../api/client.ts';
import { Notice } from '../../components/notice.tsx';
import { formatDateTime } from '../../lib/format.ts';
import { strings } from '../../strings.ts';
import { type FlowStep, type RecordedStep, type Remigration, type StepView, stepsOf } from './flow-state.ts';
import { PassOutcome } from './pass-outcome.tsx';
import { PassWatch } from './pass-watch.tsx';
import { BackupStep } from './steps/backup-step.tsx';
import { ConfirmStep } from './steps/confirm-step.tsx';
import { DoneStep } from './steps/done-step.tsx';
import { RecreateStep } from './steps/recreate-step.tsx';
import { StartStep } from './steps/start-step.tsx';
import { TargetStep } from './steps/target-step.tsx';
import { VerifyStep } from './steps/verify-step.tsx';
import { useTake } from './use-remigration.ts';

const words = strings.remigration.flow;

const FORMS: Readonly<Record<FlowStep, ComponentType<{ readonly remigration: Remigration }> | undefined>> = {
  reason: undefined,
  backup: BackupStep,
  target: TargetStep,
  confirm: ConfirmStep,
  recreate: RecreateStep,
  start: StartStep,
  verify: VerifyStep,
  done: DoneStep,
};

/** The steps from the first to the last: what was done by whom, what is to do now, what is yet to come. */
export function FlowSteps({
  remigration,
  mayOperate,
}: {
  readonly remigration: Remigration;
  readonly mayOperate: boolean;
}) {
  const [changing, setChanging] = useState<FlowStep>();
  const { step, waitingFor } = remigration;
  // Whatever moved the flow on, here or elsewhere, has answered the question.
  const stands = `${step} ${waitingFor?.passId}`;
  const [seen, setSeen] = useState(stands);
  if (seen !== stands) {
    setSeen(stands);
    setChanging(undefined);
  }
  return (
    <ol className="st-steps" aria-label={words.steps}>
      {stepsOf(remigration).map((view) => (
        <Step
          key={view.step}
          view={view}
          remigration={remigration}
          mayOperate={mayOperate}
          isChanging={changing === view.step}
          onChange={(wanted) => setChanging(wanted ? view.step : undefined)}
        />
      ))}
    </ol>
  );
}

function Step({
  view,
  remigration,
  mayOperate,
  isChanging,
  onChange,
}: {
  readonly view: StepView;
  readonly remigration: Remigration;
  readonly mayOperate: boolean;
  readonly isChanging: boolean;
  readonly onChange: (wanted: boolean) => void;
}) {
  const { step, state, records, canChange } = view;
  const Form = FORMS[step];
  const isEnd = step === 'done' && remigration.step === 'done';
  return (
    <li data-state={state} aria-current={state === 'now' ? 'step' : undefined}>
      <span className="st-step-mark" aria-hidden>
        {state === 'done' ? (
          <IconCheck size={15} stroke={3} />
        ) : state === 'skipped' ? (
          <IconMinus size={15} stroke={3} />
        ) : state === 'now' && remigration.problem !== undefined ? (
          <IconX size={15} stroke={3} />
        ) : null}
      </span>
      <div className="st-step-body">
        <div className="st-step-head">
          <Title order={2}>{words.step[step]}</Title>
          <Text size="sm" c="dimmed">
            {words.stepState[state]}
          </Text>
          {canChange && mayOperate && (
            <Button variant="subtle" size="compact-sm" aria-expanded={isChanging} onClick={() => onChange(!isChanging)}>
              {isChanging ? words.keepChoice : words.change}
            </Button>
          )}
        </div>
        {records.map((record) => (
          <Record key={`${record.step} ${record.when}`} record={record} isAwaited={isAwaited(record, remigration)} />
        ))}
        {(isChanging || isEnd) && Form !== undefined && <Form remigration={remigration} />}
        {state === 'now' && !isEnd && <Now remigration={remigration} form={Form} mayOperate={mayOperate} />}
      </div>
    </li>
  );
}

const isAwaited = (record: RecordedStep, { waitingFor }: Remigration): boolean =>
  record.passId !== undefined && record.passId === waitingFor?.passId;

/** What a step asks of a person now, or what it waits for. */
function Now({
  remigration,
  form: Form,
  mayOperate,
}: {
  readonly remigration: Remigration;
  readonly form: ComponentType<{ readonly remigration: Remigration }> | undefined;
  readonly mayOperate: boolean;
}) {
  const { id, step, waitingFor, problem, fix, bulkId } = remigration;
  const take = useTake(id);
  // After a step the keyboard and a screen reader are where the eye is: at the next one. Not when the page opens.
  const place = useRef<HTMLDivElement>(null);
  const shown = useRef(step);
  useEffect(() => {
    if (shown.current !== step) place.current?.focus({ preventScroll: false });
    shown.current = step;
  }, [step]);
  return (
    <div ref={place} tabIndex={-1} className="st-step-now">
      {waitingFor !== undefined ? (
        <PassWatch
          passId={waitingFor.passId}
          onStop={
            mayOperate ? () => take(api.POST('/api/remigrations/{id}/stop', { params: { path: { id } } })) : undefined
          }
        />
      ) : (
        <>
          {problem !== undefined && (
            <Notice tone="bad" title={words.problem}>
              {problem} {fix}
            </Notice>
          )}
          {!mayOperate ? (
            <Text size="sm">{words.readOnly}</Text>
          ) : bulkId !== undefined && problem === undefined ? (
            <Text size="sm">{words.auto}</Text>
          ) : (
            Form !== undefined && <Form remigration={remigration} />
          )}
        </>
      )}
    </div>
  );
}

/** Who did what, when and why, and what came of it. */
function Record({ record, isAwaited }: { readonly record: RecordedStep; readonly isAwaited: boolean }) {
  const { step, who, when, why, passId } = record;
  return (
    <div className="st-record">
      <Text size="sm">
        <span className="st-record-did">{words.did[step] ?? step}</span>{' '}
        <span className="st-dim">{words.by(who, formatDateTime(when))}</span>
      </Text>
      {why !== '' && <Text size="sm">{why}</Text>}
      {passId !== undefined && !isAwaited && <PassOutcome passId={passId} />}
    </div>
  );
}
