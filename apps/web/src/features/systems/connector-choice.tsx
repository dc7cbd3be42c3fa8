import { Group, Radio, SimpleGrid, Text } from '@mantine/core';
import { strings } from '../../strings.ts';
import type { Connector } from './connector-layouts.ts';

const words = strings.systems;

export function ConnectorChoice({
  connectors,
  value,
  onChange,
}: {
  readonly connectors: readonly Connector[];
  readonly value: string | undefined;
  readonly onChange: (name: string) => void;
}) {
  return (
    <Radio.Group label={words.choose} value={value ?? null} onChange={onChange}>
      <SimpleGrid cols={{ base: 1, sm: 2 }} mt={6} spacing="sm">
        {connectors.map((connector) => (
          <Radio.Card key={connector.name} value={connector.name} className="st-choice">
            <Group gap="sm" wrap="nowrap" align="flex-start">
              <Radio.Indicator mt={2} />
              <div>
                <Text size="sm" fw={600}>
                  {connector.title}
                </Text>
                <Text size="xs" c="dimmed">
                  {words.connectorText[connector.name]}
                </Text>
              </div>
            </Group>
          </Radio.Card>
        ))}
      </SimpleGrid>
    </Radio.Group>
  );
}
