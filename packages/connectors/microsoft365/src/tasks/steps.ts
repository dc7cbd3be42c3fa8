import type { ChecklistItem } from './graph-task.ts';

/** Steps of a task, which iCalendar has no place for: as lines at the end of its description, as Markdown has them. */
const STEP = /^- \[([ xX])\] (.+)$/;

export function withSteps(text: string, steps: readonly ChecklistItem[]): string {
  const lines = steps.map(
    (one) => `- [${one.isChecked === true ? 'x' : ' '}] ${(one.displayName ?? '').replace(/\s+/g, ' ')}`,
  );
  return [text, lines.join('\n')].filter(Boolean).join('\n\n');
}

export function stepsIn(text: string): { readonly text: string; readonly steps: readonly ChecklistItem[] } {
  const lines = text.split('\n');
  const steps: ChecklistItem[] = [];
  while (lines.length > 0) {
    const found = STEP.exec(lines.at(-1) ?? '');
    if (found === null) break;
    // To Do holds 20 in its own program, and 255 characters in each.
    if (steps.length >= 20 || (found[2] ?? '').length > 255) return { text, steps: [] };
    steps.unshift({ displayName: found[2] ?? '', isChecked: found[1] !== ' ' });
    lines.pop();
  }
  return { text: lines.join('\n').replace(/\n+$/, ''), steps };
}
