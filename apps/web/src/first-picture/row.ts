import { progressValues, shareOf } from '../components/progress-values.ts';
import {
  failureWords,
  licenseWords,
  passWords,
  progressOfEntry,
  resumeWords,
  statusTitle,
} from '../features/list/cell-words.ts';
import type { ColumnId } from '../features/list/column-layout.ts';
import type { Entry } from '../features/list/entry-pages.ts';
import { formatMoment } from '../lib/format.ts';
import { toneOf } from '../shell/status-tone.ts';
import { common } from '../strings/common.ts';
import { list as words } from '../strings/list.ts';
import { element, icon } from './element.ts';

export interface RowLook {
  readonly columns: readonly ColumnId[];
  readonly selectable: boolean;
  readonly tracks: string;
  readonly height: number;
}

/** A row as the grid draws it (features/list/list-row.tsx). */
export function rowOf(entry: Entry, index: number, { columns, selectable, tracks, height }: RowLook): HTMLElement {
  const row = element(
    'div',
    {
      role: 'row',
      'aria-rowindex': index + 2,
      'aria-selected': selectable ? false : undefined,
      'data-index': index,
      class: 'st-row',
    },
    ...(selectable ? [element('div', { role: 'gridcell', class: 'st-row-check' }, checkShape())] : []),
    ...columns.map((id) =>
      element('div', { role: 'gridcell', class: 'st-cell', 'data-column': id }, ...CELLS[id](entry)),
    ),
  );
  row.style.height = `${height}px`;
  row.style.transform = `translateY(${index * height}px)`;
  row.style.gridTemplateColumns = tracks;
  return row;
}

export const checkShape = (): HTMLElement => element('span', { class: 'st-check st-first-check', 'aria-hidden': true });

type Content = readonly (Node | string)[];

const CELLS: Readonly<Record<ColumnId, (entry: Entry) => Content>> = {
  source: ({ id, itemType, sourceAddress }) => {
    const address = element(
      'a',
      { href: `/entries/${id}`, class: 'st-cut st-row-link', title: sourceAddress, tabindex: -1 },
      sourceAddress,
    );
    return [itemType === 'mailbox' ? address : element('span', { class: 'st-row-source' }, address, quiet(itemType))];
  },
  target: ({ targetAddress }) => cut(targetAddress),
  status: (entry) => {
    const resumes = resumeWords(entry);
    return [
      element(
        'span',
        { class: 'st-row-status', title: statusTitle(entry) },
        chip(toneOf(entry.status), icon(), common.status[entry.status] ?? entry.status),
        ...(resumes === undefined ? [] : [quiet(resumes)]),
      ),
    ];
  },
  progress: (entry) => {
    const { text, bar } = progressOfEntry(entry);
    if (bar === undefined) return [quiet(text)];
    const { done, failed, total, live } = bar;
    return [
      element(
        'span',
        { class: 'st-row-progress' },
        element(
          'div',
          {
            role: 'progressbar',
            class: 'st-progress',
            'aria-label': words.progress.label(entry.sourceAddress),
            ...progressValues(bar),
          },
          part(live ? 'st-progress-live' : 'st-progress-done', shareOf(done, total)),
          ...(failed > 0 ? [part('st-progress-failed', shareOf(failed, total))] : []),
        ),
        quiet(text),
      ),
    ];
  },
  failures: (entry) => {
    const text = failureWords(entry);
    return text === '' ? [] : [element('span', { class: 'st-row-bad' }, text)];
  },
  license: (entry) => {
    const license = licenseWords(entry);
    return license === undefined ? [] : [chip(license.tone, license.text)];
  },
  batch: ({ batch = '' }) => cut(batch),
  pass: (entry) => {
    const pass = passWords(entry);
    if (pass === undefined) return [];
    const lines = [element('span', {}, pass.text), ...(pass.at === undefined ? [] : [quiet(pass.at)])];
    return [element('span', { class: 'st-row-two' }, ...lines)];
  },
  name: ({ displayName = '' }) => cut(displayName),
  type: ({ itemType }) => [itemType],
  created: ({ createdAt }) => [formatMoment(createdAt)],
};

const cut = (text: string): Content => [element('span', { class: 'st-cut', title: text }, text)];
const quiet = (text: string): HTMLElement => element('span', { class: 'st-row-quiet' }, text);
const chip = (tone: string, ...content: Content): HTMLElement =>
  element('span', { class: `st-chip st-tone-${tone}` }, ...content);

function part(className: string, width: string): HTMLElement {
  const made = element('span', { class: className });
  made.style.width = width;
  return made;
}
