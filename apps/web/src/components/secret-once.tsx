import { Button, Group, TextInput } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useRef } from 'react';
import { strings } from '../strings.ts';

/** A text to take along: selected by a click, and copied where the browser allows that (it needs HTTPS or this machine). */
export function SecretOnce({
  label,
  help,
  value,
}: {
  readonly label: string;
  readonly help?: string;
  readonly value: string;
}) {
  const clipboard = useClipboard({ timeout: 3_000 });
  const input = useRef<HTMLInputElement>(null);
  return (
    <Group align="flex-end" gap="xs" wrap="nowrap">
      <TextInput
        ref={input}
        label={label}
        description={help}
        value={value}
        readOnly
        spellCheck={false}
        className="st-grow"
        classNames={{ input: 'st-mono' }}
        onFocus={(event) => event.currentTarget.select()}
      />
      {window.isSecureContext && (
        <Button
          variant="default"
          leftSection={clipboard.copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
          onClick={() => clipboard.copy(value)}
        >
          <span aria-live="polite">{clipboard.copied ? strings.common.copied : strings.common.copy}</span>
        </Button>
      )}
    </Group>
  );
}
