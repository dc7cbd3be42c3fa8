import { Alert, VisuallyHidden } from '@mantine/core';
import { IconCheck, IconCircleCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { Pending } from '../../shell/fallbacks.tsx';
import { Page, Panel } from '../../shell/page.tsx';
import { strings } from '../../strings.ts';
import { projectsQuery, systemsQuery } from '../systems/queries.ts';
import { ConnectStep } from './connect-step.tsx';
import { type GuideState, guideState, type StepProps, stepAfter } from './guide-state.ts';
import './guide.css';
import { ListStep } from './list-step.tsx';
import { ProjectStep } from './project-step.tsx';
import { type GuideSearch, STEPS } from './search.ts';
import { StartStep } from './start-step.tsx';
import { TestStep } from './test-step.tsx';

const words = strings.guide;
const route = getRouteApi('/app/guide');

export function GuidePage() {
  const search = route.useSearch();
  const navigate = useNavigate();
  const systems = useQuery(systemsQuery);
  const projects = useQuery(projectsQuery);
  const error = systems.error ?? projects.error;
  const state =
    systems.data === undefined || projects.data === undefined
      ? undefined
      : guideState(systems.data.items, projects.data.items, search);
  const step = state?.step;
  // Kept in the address: a step that gets done while somebody looks at it must not slip away.
  useEffect(() => {
    if (search.step === undefined && step !== undefined)
      void navigate({ to: '/guide', search: { ...search, step }, replace: true });
  }, [search, step, navigate]);
  if (state === undefined)
    return (
      <Page title={words.title} lead={words.lead}>
        {error === null ? <Pending /> : <ErrorNotice error={error} />}
      </Page>
    );
  const choose = (change: GuideSearch): void => void navigate({ to: '/guide', search: { ...search, ...change } });
  const next = stepAfter(state.step);
  const props: StepProps = {
    state,
    search,
    choose,
    onNext: () => {
      if (next !== undefined) choose({ step: next });
    },
  };
  return (
    <Page title={words.title} lead={words.lead}>
      {state.isAllDone && (
        <Alert
          role="status"
          variant="default"
          className="st-notice st-notice-ok"
          icon={<IconCircleCheck aria-hidden />}
        >
          {words.allDone}
        </Alert>
      )}
      <div className="st-guide">
        <Steps state={state} search={search} />
        <Panel
          key={state.step}
          title={words.step[state.step] ?? state.step}
          lead={words.number(STEPS.indexOf(state.step) + 1, STEPS.length)}
        >
          <CurrentStep {...props} />
        </Panel>
      </div>
    </Page>
  );
}

function CurrentStep(props: StepProps) {
  switch (props.state.step) {
    case 'source':
    case 'target':
      return <ConnectStep key={props.state.step} side={props.state.step} {...props} />;
    case 'project':
      return <ProjectStep {...props} />;
    case 'list':
      return <ListStep {...props} />;
    case 'test':
      return <TestStep {...props} />;
    case 'start':
      return <StartStep {...props} />;
  }
}

function Steps({ state, search }: { readonly state: GuideState; readonly search: GuideSearch }) {
  return (
    <nav aria-label={words.steps}>
      <ol className="st-guide-steps">
        {STEPS.map((step, index) => (
          <li key={step}>
            <Link
              to="/guide"
              search={{ ...search, step }}
              className="st-guide-step"
              activeProps={{ 'aria-current': 'step' }}
              {...(step === state.step ? { 'aria-current': 'step' } : {})}
            >
              <span className="st-guide-mark" data-done={state.done[step] || undefined}>
                {state.done[step] ? <IconCheck size={15} stroke={2.6} aria-hidden /> : index + 1}
              </span>
              <span className="st-guide-name">{words.step[step]}</span>
              {state.done[step] && <VisuallyHidden>{words.done}</VisuallyHidden>}
            </Link>
          </li>
        ))}
      </ol>
    </nav>
  );
}
