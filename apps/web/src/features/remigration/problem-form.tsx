import { Button, Group, Radio, Stack, TextInput } from '@mantine/core';
import { useApiForm } from '../../forms/api-form.ts';
import { strings } from '../../strings.ts';
import { PROBLEMS, type Problem } from './recommend.ts';
import type { AgainSearch } from './search.ts';

const words = strings.remigration.advisor;

/** Asks what went wrong; the answer goes into the address, so that the advice can be sent to somebody. */
export function ProblemForm({
  asked,
  targetAddress,
  busy,
  onAsk,
}: {
  readonly asked: AgainSearch;
  /** That the entry writes to. */
  readonly targetAddress: string;
  readonly busy: boolean;
  readonly onAsk: (search: AgainSearch) => void;
}) {
  const { form, submit } = useApiForm<{ problem: Problem | ''; target: string }>({
    initialValues: { problem: asked.problem ?? '', target: asked.target ?? targetAddress },
    validate: {
      problem: (value) => (value === '' ? words.choose : null),
      target: (value, { problem }) => (problem === 'target' && value.trim() === '' ? words.targetEmpty : null),
    },
  });
  const { problem } = form.getValues();
  const isAnswered = asked.problem !== undefined && asked.problem === problem;
  return (
    <form
      onSubmit={submit(async ({ problem: chosen, target }) => {
        if (chosen === '') return;
        const isOther = chosen === 'target' && target.trim() !== targetAddress;
        onAsk({ problem: chosen, ...(isOther ? { target: target.trim() } : {}) });
      })}
    >
      <Stack gap="md">
        <Radio.Group label={words.question} {...form.getInputProps('problem')} withAsterisk={false}>
          <div className="st-choices">
            {PROBLEMS.map((one) => (
              <Radio key={one} value={one} label={words.problem[one]} description={words.problemHint[one]} />
            ))}
          </div>
        </Radio.Group>
        {problem === 'target' && (
          <TextInput
            label={words.newTarget}
            description={words.newTargetHint}
            maw={480}
            {...form.getInputProps('target')}
          />
        )}
        <Group>
          <Button type="submit" loading={busy} variant={isAnswered ? 'default' : 'filled'}>
            {isAnswered ? words.askAgain : words.ask}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
