import { propertiesOf } from '@sterna/content';
import { expect, test } from 'vitest';
import { fromTask } from '../../src/tasks/from-task.ts';

test.each([
  ['as this connector writes it', '2026-09-03T00:00:00'],
  ['Zurich', '2026-09-02T22:00:00'],
  ['Tokyo', '2026-09-02T15:00:00'],
  ['Auckland, in summer', '2026-09-02T11:00:00'],
  ['New York', '2026-09-03T04:00:00'],
  ['Honolulu', '2026-09-03T10:00:00'],
])('a task that is due on September 3rd is due on that day: %s', (_, dateTime) => {
  const due = { dateTime: `${dateTime}.0000000`, timeZone: 'UTC' };
  const task = fromTask({ title: 'Due', dueDateTime: due, startDateTime: due }, 'uid', [], []);
  for (const name of ['DUE', 'DTSTART']) expect(propertiesOf(task, name)).toMatchObject([{ value: '20260903' }]);
});
