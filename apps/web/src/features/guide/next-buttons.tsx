import { Button, Group } from '@mantine/core';
import { IconArrowRight } from '@tabler/icons-react';
import { strings } from '../../strings.ts';

/** At the end of a step: go on where it is done, skip where it isn't. */
export function NextButtons({ done, onNext }: { readonly done: boolean; readonly onNext: () => void }) {
  return (
    <Group justify="flex-end" pt="xs">
      <Button
        variant={done ? 'filled' : 'default'}
        rightSection={<IconArrowRight size={16} aria-hidden />}
        onClick={onNext}
      >
        {done ? strings.guide.next : strings.guide.skip}
      </Button>
    </Group>
  );
}
