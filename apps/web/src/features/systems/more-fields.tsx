import { Collapse, Stack, Text, UnstyledButton } from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { type ReactNode, useId, useState } from 'react';
import { strings } from '../../strings.ts';

const words = strings.systems;

/** What is right as it is for most. `open`: something in it is wrong. */
export function MoreFields({ open, children }: { readonly open: boolean; readonly children: ReactNode }) {
  const [wanted, setWanted] = useState(false);
  const id = useId();
  const opened = wanted || open;
  return (
    <div>
      <UnstyledButton
        className="st-more-button"
        aria-expanded={opened}
        aria-controls={id}
        onClick={() => setWanted(!opened)}
      >
        {opened ? <IconChevronDown size={16} aria-hidden /> : <IconChevronRight size={16} aria-hidden />}
        <span>{words.more}</span>
        <Text span size="sm" c="dimmed">
          {words.moreText}
        </Text>
      </UnstyledButton>
      <Collapse expanded={opened} id={id} transitionDuration={0}>
        <Stack gap="md" pt="sm">
          {children}
        </Stack>
      </Collapse>
    </div>
  );
}
