import type { PageAnswer } from '../features/list/entry-pages.ts';
import { mayOn } from '../session/may.ts';
import type { Me } from '../session/session.tsx';
import type { ListAnswers } from './answers.ts';
import { framePicture } from './frame.ts';
import { listPicture } from './list.ts';

/** Longer than that the program doesn't wait: a server that is slow to answer keeps the program waiting itself. */
const PATIENCE_MS = 800;

let painted: Promise<void> | undefined;

/** Whether a picture stands that the program will replace. */
export const hasFirstPicture = (): boolean => painted !== undefined;

/** Resolves when the picture is on the screen; at once where there is none. */
export const firstPicturePainted = (): Promise<void> => painted ?? Promise.resolve();

/**
 * Draws the first rows as soon as they are there, long before the program: to evaluate and to render that one takes a
 * second on a slow machine. The program takes the place of the picture (React empties #root as it fills it).
 *
 * @returns resolves when the picture is on the screen, or isn't to be waited for
 */
export function showFirstPicture(answers: ListAnswers, place: HTMLElement): Promise<void> {
  const shown = draw(answers, place).catch(() => undefined);
  return Promise.race([shown, new Promise<void>((resolve) => setTimeout(resolve, PATIENCE_MS))]);
}

async function draw(answers: ListAnswers, place: HTMLElement): Promise<void> {
  const [me, entries] = await Promise.all([answers.me, answers.entries]);
  // Refusals, and a list without rows, are the program's to tell.
  if (!me.ok || !entries.ok) return;
  const account: Me = await me.json();
  const page: PageAnswer = await entries.json();
  if (page.items.length === 0 || place.childElementCount > 0) return;
  const shown = Number(/^\/projects\/(\d+)\//.exec(location.pathname)?.[1]);
  const mayAct = mayOn(account, 'operate', shown);
  place.append(framePicture(listPicture(page, mayAct), mayAct));
  painted = nextPaint();
  await painted;
}

/** A hidden page is never painted. */
function nextPaint(): Promise<void> {
  if (document.hidden) return Promise.resolve();
  return new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
    document.addEventListener('visibilitychange', () => resolve(), { once: true });
  });
}
