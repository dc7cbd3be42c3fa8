import { List, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCircleX, IconHelpCircle } from '@tabler/icons-react';
import type { Schema } from '../../api/client.ts';
import { formatMoment } from '../../lib/format.ts';
import { Panel } from '../../shell/page.tsx';
import { Chip } from '../../shell/status-chip.tsx';
import type { Tone } from '../../shell/status-tone.ts';
import { strings } from '../../strings.ts';

const words = strings.remigration.advisor;

type Line = Schema<'ChecklistLine'>;
const LOOK: Readonly<Record<Line['state'], { readonly tone: Tone; readonly icon: typeof IconCircleCheck }>> = {
  ok: { tone: 'ok', icon: IconCircleCheck },
  attention: { tone: 'wait', icon: IconAlertTriangle },
  problem: { tone: 'bad', icon: IconCircleX },
  unknown: { tone: 'quiet', icon: IconHelpCircle },
};

/** What the advice rests on: the checklist with its evidence, what changed since the first start, what to keep in mind. */
export function PlanEvidence({
  plan,
}: {
  readonly plan: Pick<Schema<'RemigrationPlan'>, 'checklist' | 'drift' | 'warnings' | 'target'>;
}) {
  const { checklist, drift, warnings } = plan;
  return (
    <>
      <Panel
        title={words.checklist}
        {...(plan.target.seenAt === undefined ? {} : { lead: formatMoment(plan.target.seenAt) })}
        flush
      >
        <ul className="st-checklist" aria-label={words.checked}>
          {checklist.map((line) => (
            <CheckedLine key={line.name} line={line} />
          ))}
        </ul>
      </Panel>
      <Panel title={words.drift}>
        {drift.words.length === 0 ? (
          <Text size="sm">{words.noDrift}</Text>
        ) : (
          <List size="sm" spacing={4}>
            {drift.words.map((one) => (
              <List.Item key={one}>{one}</List.Item>
            ))}
          </List>
        )}
      </Panel>
      {warnings.length > 0 && (
        <Panel title={words.warnings}>
          <List size="sm" spacing={4}>
            {warnings.map((one) => (
              <List.Item key={one}>{one}</List.Item>
            ))}
          </List>
        </Panel>
      )}
    </>
  );
}

function CheckedLine({ line }: { readonly line: Line }) {
  const { tone, icon: Icon } = LOOK[line.state];
  return (
    <li>
      <Chip tone={tone}>
        <Icon size={14} stroke={2.2} aria-hidden />
        {words.state[line.state]}
      </Chip>
      <div>
        <Text size="sm" fw={550}>
          {line.name.charAt(0).toUpperCase() + line.name.slice(1)}
        </Text>
        <Text size="sm">{line.evidence}</Text>
        {line.state !== 'ok' && line.fix !== undefined && (
          <Text size="sm" c="dimmed">
            {line.fix}
          </Text>
        )}
      </div>
    </li>
  );
}
