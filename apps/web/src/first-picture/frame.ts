import { common } from '../strings/common.ts';
import { list as words } from '../strings/list.ts';
import { element, icon, shape } from './element.ts';

/** Links of the navigation: those of the installation, and those of the project below them. */
const LINKS = [6, 5] as const;

/** The frame of the signed-in pages and the head of the user list, at the places where the program draws them. */
export function framePicture(content: HTMLElement, mayAct: boolean): HTMLElement {
  return element(
    'div',
    { class: 'st-first' },
    element(
      'header',
      { class: 'st-first-header st-shell-header' },
      element('span', { class: 'st-brand' }, shape('st-first-brand'), common.product),
      shape('st-first-account'),
    ),
    element(
      'div',
      { class: 'st-first-nav st-shell-nav', 'aria-hidden': true },
      ...links(LINKS[0]),
      element('div', { class: 'st-nav-title' }, shape('st-first-word')),
      ...links(LINKS[1]),
    ),
    element(
      'main',
      { class: 'st-first-main' },
      element(
        'div',
        { class: 'st-first-page st-page' },
        element(
          'div',
          { class: 'st-first-title' },
          element('div', { class: 'st-page-head' }, element('h1', {}, words.title)),
          ...(mayAct ? [additions()] : []),
        ),
        content,
      ),
      element('div', { class: 'st-first-foot' }, shape('st-first-word')),
    ),
  );
}

const links = (count: number): HTMLElement[] =>
  Array.from({ length: count }, () => element('span', { class: 'st-nav-link' }, shape('st-first-word')));

/** As wide as the buttons: on a phone they take more than one line. */
const additions = (): HTMLElement =>
  element(
    'div',
    { class: 'st-first-actions', 'aria-hidden': true },
    ...[words.addEntry, words.getList, words.import].map((name) =>
      element('span', { class: 'st-first-shape st-first-button' }, icon(), name),
    ),
  );
