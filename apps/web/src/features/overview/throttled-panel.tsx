import { Text } from '@mantine/core';
import { IconClockPause } from '@tabler/icons-react';
import type { Schema } from '../../api/client.ts';
import { TextLink } from '../../components/text-link.tsx';
import { formatMoment, formatRelative } from '../../lib/format.ts';
import { Panel } from '../../shell/page.tsx';
import { Chip } from '../../shell/status-chip.tsx';
import { strings } from '../../strings.ts';
import { useNow } from './use-now.ts';

const words = strings.overview.throttled;

type Throttled = Schema<'Throttled'>;

/** Whose limit it is, since when, until when, and how much waits for it. */
export function ThrottledPanel({ throttled }: { readonly throttled: readonly Throttled[] }) {
  const now = useNow(1_000, throttled.length > 0);
  return (
    <Panel title={words.title}>
      {throttled.length === 0 ? (
        <Text size="sm" c="dimmed">
          {words.none}
        </Text>
      ) : (
        <ul className="st-throttled">
          {throttled.map((one) => (
            <li key={`${one.system?.id} ${one.code} ${one.between?.source} ${one.between?.target} ${one.entry?.id}`}>
              <div className="st-throttled-head">
                <Name of={one} />
                <Chip tone={one.kind === 'unavailable' ? 'bad' : 'wait'}>
                  <IconClockPause size={14} stroke={2.2} aria-hidden />
                  {one.kind === 'mailbox' && one.code === 'over-quota' ? words.full : words.kind[one.kind]}
                </Chip>
              </div>
              <Text size="sm">
                {one.until !== undefined && Date.parse(one.until) <= now
                  ? words.goesOnNow
                  : one.until !== undefined &&
                    words.goesOn(formatMoment(one.until), formatRelative(one.until, now))}{' '}
                {one.kind !== 'mailbox' && words.passes(one.passes)}
              </Text>
              <Text size="xs" c="dimmed">
                {one.since !== undefined && words.since(formatMoment(one.since))} {one.reason} {one.fix}
              </Text>
              {one.connections !== undefined && one.ceiling !== undefined && one.connections < one.ceiling && (
                <Text size="xs" c="dimmed">
                  {words.connections(one.connections, one.ceiling)}
                </Text>
              )}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Name({ of: { kind, entry, system, side, between, passes } }: { readonly of: Throttled }) {
  if (entry !== undefined)
    return (
      <TextLink to="/entries/$entryId" params={{ entryId: entry.id }} size="sm" fw={600}>
        {system === undefined ? entry.address : words.inSystem(entry.address, system.name)}
      </TextLink>
    );
  if (kind === 'mailbox')
    return (
      <Text size="sm" fw={600}>
        {words.moreMailboxes(passes)}
      </Text>
    );
  if (system === undefined)
    return (
      <Text size="sm" fw={600}>
        {between !== undefined && words.between(between.source, between.target)}
      </Text>
    );
  return (
    <TextLink to="/systems/$systemId" params={{ systemId: system.id }} size="sm" fw={600}>
      {words.named(system.name, side === undefined ? undefined : words.side[side])}
    </TextLink>
  );
}
