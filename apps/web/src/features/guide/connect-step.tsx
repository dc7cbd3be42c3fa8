import { Alert, NativeSelect, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Allowed, useMay } from '../../session/session.tsx';
import { Pending } from '../../shell/fallbacks.tsx';
import { strings } from '../../strings.ts';
import { ConnectorChoice } from '../systems/connector-choice.tsx';
import type { System } from '../systems/connector-layouts.ts';
import { connectorNamed, connectorsQuery, systemsQuery } from '../systems/queries.ts';
import { RightsNote } from '../systems/rights-note.tsx';
import { SystemCheck } from '../systems/system-check.tsx';
import { SystemForm } from '../systems/system-form.tsx';
import '../systems/systems.css';
import type { StepProps } from './guide-state.ts';
import { NextButtons } from './next-buttons.tsx';

const words = strings.guide.system;
const NEW = 'new';

/** One of the two systems: an existing one or a new one, checked live, with the rights that it needs. */
export function ConnectStep({ side, state, choose, onNext }: StepProps & { readonly side: 'source' | 'target' }) {
  const chosen = state[side];
  const [isNew, setIsNew] = useState(false);
  const systems = useQuery(systemsQuery).data?.items ?? [];
  const mayAdmin = useMay('admin');
  const system = isNew ? undefined : chosen;
  return (
    <Stack gap="md">
      <Text size="sm">{words[side]}</Text>
      {systems.length > 0 && (
        <NativeSelect
          label={words.which[side]}
          value={system === undefined ? NEW : String(system.id)}
          data={[
            ...systems.map(({ id, name }) => ({ value: String(id), label: name })),
            ...(mayAdmin ? [{ value: NEW, label: words.another }] : []),
          ]}
          onChange={({ currentTarget: { value } }) => {
            setIsNew(value === NEW);
            if (value !== NEW) choose({ [side]: Number(value), step: side });
          }}
        />
      )}
      {side === 'target' && system !== undefined && system.id === state.source?.id && (
        <Alert variant="default" className="st-notice st-notice-wait">
          {words.sameAsSource}
        </Alert>
      )}
      {system === undefined ? (
        <Allowed scope="admin" otherwise={<Text size="sm">{strings.guide.ownerNeeded}</Text>}>
          <NewSystem
            side={side}
            onMade={({ id }) => {
              setIsNew(false);
              choose({ [side]: id, step: side });
            }}
          />
        </Allowed>
      ) : (
        <Connected key={system.id} system={system} side={side} />
      )}
      <NextButtons done={system !== undefined} onNext={onNext} />
    </Stack>
  );
}

function NewSystem({
  side,
  onMade,
}: {
  readonly side: 'source' | 'target';
  readonly onMade: (system: System) => void;
}) {
  const connectors = useQuery(connectorsQuery);
  const [name, setName] = useState<string>();
  const items = (connectors.data?.items ?? []).filter((one) => (side === 'source' ? one.canRead : one.canWrite));
  const connector = connectorNamed(items, name) ?? items[0];
  if (connector === undefined) return <Pending />;
  return (
    <div className="st-with-aside">
      <Stack gap="lg">
        <ConnectorChoice connectors={items} value={connector.name} onChange={setName} />
        <SystemForm
          key={connector.name}
          connector={connector}
          suggestedName={side === 'source' ? words.sourceName : words.targetName}
          onSaved={onMade}
        />
      </Stack>
      <RightsNote connector={connector.name} as={side} />
    </div>
  );
}

function Connected({ system, side }: { readonly system: System; readonly side: 'source' | 'target' }) {
  const connectors = useQuery(connectorsQuery);
  const connector = connectorNamed(connectors.data?.items, system.connector);
  const [saved, setSaved] = useState(0);
  // Whatever is wrong is mostly repaired there.
  const [isFine, setIsFine] = useState(true);
  return (
    <div className="st-with-aside">
      <Stack gap="md">
        <Allowed scope="operate">
          <SystemCheck key={saved} system={system} onOutcome={setIsFine} />
        </Allowed>
        {connector !== undefined && (
          <Allowed scope="admin">
            <details className="st-details" open={!isFine}>
              <summary>{words.change}</summary>
              <SystemForm connector={connector} system={system} onSaved={() => setSaved((before) => before + 1)} />
            </details>
          </Allowed>
        )}
      </Stack>
      <RightsNote connector={system.connector} as={side} />
    </div>
  );
}
