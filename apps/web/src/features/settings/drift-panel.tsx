import { Alert, Anchor, Button, Collapse, Group, Text } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useId, useState } from 'react';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { strings } from '../../strings.ts';
import { nameOfSetting, valueInWords } from './setting-words.ts';
import type { Drift } from './use-drift.ts';

const words = strings.settings.drift;

/** Says whether the passes ran with what the form shows. */
export function DriftPanel({ drift }: { readonly drift: Drift | undefined }) {
  const [open, setOpen] = useState(false);
  const id = useId();
  if (drift === undefined || drift.ran === 0) return null;
  if (drift.drifted === 0)
    return (
      <Text size="sm" c="dimmed">
        {words.none(drift.ran)}
      </Text>
    );
  return (
    <Alert
      className="st-notice st-notice-wait"
      variant="default"
      icon={<IconHistory aria-hidden />}
      role="region"
      aria-label={words.title(drift.drifted, drift.ran)}
    >
      <Text size="sm" fw={600}>
        {words.title(drift.drifted, drift.ran)}
      </Text>
      <Text size="sm">{words.lead}</Text>
      <Button
        mt="xs"
        size="compact-sm"
        variant="default"
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
      >
        {open ? words.hide : words.show}
      </Button>
      <Collapse expanded={open} id={id}>
        {drift.groups.map((group, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: groups have no name, and hold no state
          <DriftGroup key={index} group={group} />
        ))}
      </Collapse>
    </Alert>
  );
}

function DriftGroup({ group }: { readonly group: Drift['groups'][number] }) {
  const rest = group.entries - group.sample.length;
  return (
    <div className="st-drift-group">
      <Group gap={6} wrap="wrap">
        <Text size="sm" fw={600} component="span">
          {words.group(group.entries)}:
        </Text>
        {group.sample.map((one) => (
          <Anchor
            key={one.entryId}
            size="sm"
            component={Link}
            to={`/entries/${one.entryId}` as never}
            className="st-break"
          >
            {one.sourceAddress}
          </Anchor>
        ))}
        {rest > 0 && (
          <Text size="sm" component="span">
            {words.more(rest)}
          </Text>
        )}
      </Group>
      <ScrollRegion label={words.lead}>
        <table className="st-table st-drift-table">
          <thead>
            <tr>
              <th scope="col">{words.setting}</th>
              <th scope="col">{words.ran}</th>
              <th scope="col">{words.now}</th>
            </tr>
          </thead>
          <tbody>
            {group.settings.map((one) => (
              <tr key={one.field}>
                <td>{nameOfSetting(one.field)}</td>
                <td>{valueInWords(one.field, one.before)}</td>
                <td>{valueInWords(one.field, one.after)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    </div>
  );
}
