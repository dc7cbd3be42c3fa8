import { performance } from 'node:perf_hooks';
import { openWebStage, type WebStage } from '@sterna/e2e/web';
import { fixed, goal, median, range, table, whole } from '../support/figures.ts';
import { fillProject, startUpdates } from '../support/many-entries.ts';
import type { Part } from './part.ts';

const ENTRIES = 50_000;
const UPDATES_PER_SECOND = 500;
const FIRST_ROWS_GOAL_MS = 1_500;
const LONG_TASK_GOAL_MS = 100;

type Page = Awaited<ReturnType<WebStage['page']>>;

/** A long user list that never stands still, in a real browser. */
export const dashboard: Part = {
  name: 'dashboard',
  title: 'Dashboard: a user list of 50,000 entries, 500 updates a second',
  async run(_lab, { runs, quick }) {
    const stage = await openWebStage('bench', { mail: false, concurrency: 0 });
    try {
      const project = await stage.project({ name: 'Fifty thousand' });
      const running = await fillProject(stage.postgres, project.id, ENTRIES);
      const path = `/projects/${project.id}/list`;
      // Whoever comes first also warms the server up; a working day has one such visit.
      await visit(stage, path);
      const updates = await startUpdates(stage.postgres.url, running, UPDATES_PER_SECOND);
      try {
        const visits: Visit[] = [];
        for (let run = 0; run < Math.max(3, runs); run++) visits.push(await visit(stage, path));
        const opened = visits.map(({ rows }) => rows);
        const usable = visits.map(({ program }) => program);
        console.log(
          `  first rows after ${opened.map(whole).join(', ')} ms, the program after ${usable.map(whole).join(', ')} ms`,
        );
        const page = await measured(stage, path);
        await seen(page, 'program');
        const wheel = await longTasks(page, () => scrollByWheel(page, quick ? 3_000 : 10_000));
        const bar = await longTasks(page, () => dragTheBar(page, quick ? 2_000 : 5_000));
        const filled = await rowsFilled(page);
        const rate = updates.rate();
        const row = (what: string, { tasks, frames, seconds }: LongTasks): string[] => [
          what,
          whole(Math.max(0, ...tasks)),
          String(tasks.length),
          fixed(frames / seconds, 0),
        ];
        const longest = Math.max(0, ...wheel.tasks, ...bar.tasks);
        const typical = median(opened);
        return [
          `${whole(ENTRIES)} entries, ${whole(running.length)} of them running, ${whole(rate)} updates a second ` +
            `(progress, and passes that end and begin), each announced to the page. A browser that has nothing of the ` +
            `dashboard yet shows the first rows **${whole(typical)} ms** after navigation ` +
            `(${range(opened)} in ${opened.length} visits), and can be used after ${whole(median(usable))} ms. Where scrolling stopped, the last rows stood after ${whole(filled)} ms.`,
          table(
            ['scrolling', 'longest task, ms (0: none over 50)', 'tasks over 50 ms', 'frames/s'],
            [row('by the wheel, 10 s', wheel), row('by the bar over the whole list, 5 s', bar)],
          ),
          `- ${goal(typical <= FIRST_ROWS_GOAL_MS, `first rows within ${whole(FIRST_ROWS_GOAL_MS)} ms of navigation`)}\n` +
            `- ${goal(longest <= LONG_TASK_GOAL_MS, `no task over ${LONG_TASK_GOAL_MS} ms while scrolling`)}`,
        ].join('\n\n');
      } finally {
        await updates.stop();
      }
    } finally {
      await stage.close();
    }
  },
};

/**
 * Runs in the page before anything of it. Rows are there first in a picture that the program then replaces (apps/web,
 * src/first-picture): when they can be read is measured, and when they can be clicked.
 */
const PROBE = `
  const painted = (selector) => new Promise((resolve) => {
    const look = () => {
      if (document.querySelector(selector) === null) return;
      watching.disconnect();
      // As soon as they are painted.
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now())));
    };
    const watching = new MutationObserver(look);
    watching.observe(document, { childList: true, subtree: true, attributes: true });
  });
  const ROW = '[role=row][data-index]:not([aria-busy])';
  window.probe = { tasks: [], frames: 0, rows: painted(ROW), program: painted(ROW + ':not(.st-first *)') };
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) window.probe.tasks.push({ startTime, duration });
  }).observe({ type: 'longtask', buffered: true });
  const frame = () => { window.probe.frames += 1; requestAnimationFrame(frame); };
  requestAnimationFrame(frame);`;

const measured = (stage: WebStage, path: string): Promise<Page> =>
  stage.page(path, { prepare: (page) => page.addInitScript(PROBE) });

/** Milliseconds from the navigation until the first rows are painted, and until the program has painted them. */
interface Visit {
  readonly rows: number;
  readonly program: number;
}

/** A visit by somebody who then goes away. */
async function visit(stage: WebStage, path: string): Promise<Visit> {
  const page = await measured(stage, path);
  const times = { rows: await seen(page, 'rows'), program: await seen(page, 'program') };
  await page.context().close();
  return times;
}

const seen = (page: Page, what: keyof Visit): Promise<number> =>
  page.locator('html').evaluate((html, name) => html.ownerDocument.defaultView.probe[name], what);

interface LongTasks {
  /** Milliseconds of each task over 50. */
  readonly tasks: readonly number[];
  readonly frames: number;
  readonly seconds: number;
}

async function longTasks(page: Page, during: () => Promise<void>): Promise<LongTasks> {
  const now = (): Promise<{ at: number; frames: number }> =>
    page.locator('html').evaluate((html) => {
      const { performance: clock, probe } = html.ownerDocument.defaultView;
      return { at: clock.now() as number, frames: probe.frames as number };
    });
  const before = await now();
  await during();
  const after = await now();
  const tasks: { startTime: number; duration: number }[] = await page
    .locator('html')
    .evaluate((html) => html.ownerDocument.defaultView.probe.tasks);
  return {
    tasks: tasks.filter(({ startTime }) => startTime >= before.at).map(({ duration }) => duration),
    frames: after.frames - before.frames,
    seconds: (after.at - before.at) / 1_000,
  };
}

/** A person with a wheel: fast down, and now and then back up. */
async function scrollByWheel(page: Page, ms: number): Promise<void> {
  await page.getByRole('grid').hover();
  const end = performance.now() + ms;
  for (let turn = 0; performance.now() < end; turn++) await page.mouse.wheel(0, turn % 50 < 40 ? 400 : -300);
}

/** From the top to the bottom and back, a step each frame. */
function dragTheBar(page: Page, ms: number): Promise<void> {
  return page.getByRole('grid').evaluate(
    (grid, duration) =>
      new Promise<void>((resolve) => {
        const { requestAnimationFrame: nextFrame, performance: clock } = grid.ownerDocument.defaultView;
        const begin = clock.now() as number;
        const step = (): void => {
          const share = (clock.now() - begin) / duration;
          if (share >= 1) {
            resolve();
            return;
          }
          grid.scrollTop = (grid.scrollHeight - grid.clientHeight) * (1 - Math.abs(1 - 2 * share)) * 0.97;
          nextFrame(step);
        };
        nextFrame(step);
      }),
    ms,
  );
}

/** Jumps somewhere far away. @returns milliseconds until every row in sight is there */
async function rowsFilled(page: Page): Promise<number> {
  const grid = page.getByRole('grid');
  const begin = performance.now();
  await grid.evaluate((element) => {
    element.scrollTop = element.scrollHeight * 0.63;
  });
  await grid.evaluate(
    (element) =>
      new Promise<void>((resolve) => {
        const { requestAnimationFrame: nextFrame } = element.ownerDocument.defaultView;
        const look = (left: number): void => {
          const rows = element.querySelectorAll('[role=row][data-index]');
          const near = element.scrollTop / (element.scrollHeight / 50_000);
          const there = [...rows].some((row) => Math.abs(Number(row.dataset.index) - near) < 50);
          const empty = element.querySelector('[role=row][aria-busy]') !== null;
          // Twice in a row: the first frame still shows where the list was.
          if (there && !empty) left === 0 ? resolve() : nextFrame(() => look(left - 1));
          else nextFrame(() => look(1));
        };
        look(1);
      }),
  );
  return performance.now() - begin;
}
