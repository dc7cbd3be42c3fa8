import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import { type BookState, type Books, partsOf, surplusOf, widthOf } from '../lib/books.ts';
import { formatNumber } from '../lib/format.ts';
import { Chip } from '../shell/status-chip.tsx';
import { strings } from '../strings.ts';
import './books-bar.css';

const words = strings.entry.books;

const nameOf = (state: BookState | 'unaccounted'): string =>
  state === 'unaccounted' ? words.unaccounted : words.state[state];

/** `seen 201 = created 3 + updated 6 + unchanged 192`, with ≠ where that isn't so. */
export function booksSentence(books: Books): string {
  const parts = partsOf(books).filter((part) => part.state !== 'unaccounted');
  const sum = parts.map((part) => `${nameOf(part.state)} ${formatNumber(part.count)}`).join(' + ') || words.nothing;
  // An empty folder says "seen 0 = nothing".
  return surplusOf(books) === 0 ? words.sum(sum, books.seen) : words.sumUnbalanced(sum, books.seen);
}

/** What the source holds as a bar of the states that it is in: always full, so that whatever is missing shows. */
export function BooksBar({
  label,
  books,
  tall,
}: {
  /** Of what these are the books. */
  readonly label: string;
  readonly books: Books;
  readonly tall?: boolean;
}) {
  const width = widthOf(books);
  return (
    <div
      className={`st-books${tall ? ' st-books-tall' : ''}`}
      role="img"
      aria-label={`${label}: ${booksSentence(books)}`}
    >
      {partsOf(books).map(({ state, count }) => (
        <span
          key={state}
          className={`st-books-${state}`}
          style={{ flexGrow: count / width }}
          title={`${nameOf(state)}: ${formatNumber(count)}`}
        />
      ))}
    </div>
  );
}

/** Which colour is what, with its count and what it means. Only the states that hold something. */
export function BooksLegend({ books }: { readonly books: Books }) {
  return (
    <ul className="st-books-legend">
      {partsOf(books).map(({ state, count }) => (
        <li key={state} title={state === 'unaccounted' ? undefined : words.stateHint[state]}>
          <span className={`st-books-key st-books-${state}`} aria-hidden />
          <strong className="st-number">{formatNumber(count)}</strong> {nameOf(state)}
        </li>
      ))}
    </ul>
  );
}

/** Whether every object is accounted for, as a sign and words. */
export function BalanceChip({ books }: { readonly books: Books }) {
  return books.balanced ? (
    <Chip tone="ok">
      <IconCircleCheck size={14} stroke={2.2} aria-hidden />
      {words.balanced}
    </Chip>
  ) : (
    <Chip tone="bad">
      <IconAlertTriangle size={14} stroke={2.2} aria-hidden />
      {words.unbalanced}
    </Chip>
  );
}
