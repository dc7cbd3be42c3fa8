import { Button, Group, Text } from '@mantine/core';
import { IconArrowLeft, IconPrinter } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Schema } from '../../api/client.ts';
import type { Books } from '../../lib/books.ts';
import { BOOK_STATES } from '../../lib/books.ts';
import { formatDateTime, formatNumber, timeZoneName } from '../../lib/format.ts';
import { useMe } from '../../session/session.tsx';
import { FOCUS_AFTER_NAVIGATION } from '../../shell/focus.ts';
import { strings } from '../../strings.ts';
import { heapsOf } from './figures.ts';
import './paper.css';

const words = strings.reports.paper;

/**
 * A sheet for the customer: its own colours, light whatever the theme, so that what is seen is what is printed. The bar
 * above it is for the screen alone.
 */
export function Paper({
  title,
  name,
  back,
  ready,
  children,
}: {
  readonly title: string;
  /** Of what, for the document's title: it becomes the name of the PDF. */
  readonly name: string;
  readonly back: string;
  /** Everything is on the sheet: it may be printed. */
  readonly ready: boolean;
  readonly children: ReactNode;
}) {
  const me = useMe();
  return (
    <div className="st-desk">
      <title>{words.docTitle(name)}</title>
      <nav className="st-desk-bar" aria-label={strings.shell.navigation}>
        <Group gap="sm" justify="space-between">
          <Button
            component={Link}
            to={back as never}
            variant="default"
            leftSection={<IconArrowLeft size={16} aria-hidden />}
          >
            {words.back}
          </Button>
          <Group gap="sm">
            <Text size="sm" c="dimmed" visibleFrom="sm">
              {words.barHint}
            </Text>
            <Button
              disabled={!ready}
              onClick={() => window.print()}
              leftSection={<IconPrinter size={16} aria-hidden />}
            >
              {words.print}
            </Button>
          </Group>
        </Group>
      </nav>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: on a phone it scrolls, which must work by keyboard */}
      <main className="st-paper" aria-busy={!ready} tabIndex={0}>
        <header>
          <h1 tabIndex={-1} id={FOCUS_AFTER_NAVIGATION}>
            {title}
          </h1>
          <p className="st-paper-made">{words.made(formatDateTime(new Date()), me.account.email, timeZoneName())}</p>
        </header>
        {children}
        {ready && <Signatures />}
      </main>
    </div>
  );
}

export function PaperSection({
  title,
  children,
  newPage,
}: {
  readonly title: string;
  readonly children: ReactNode;
  readonly newPage?: boolean;
}) {
  return (
    <section className={newPage ? 'st-paper-page' : undefined} aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

export function PaperFacts({ facts }: { readonly facts: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="st-paper-facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Broken before its domain, where it has to be broken. */
export function Address({ of: address }: { readonly of: string }) {
  const at = address.lastIndexOf('@');
  if (at <= 0) return address;
  return (
    <>
      {address.slice(0, at)}
      <wbr />
      {address.slice(at)}
    </>
  );
}

const percent = (share: number): string => (share > 0 && share < 0.001 ? '< 0.1%' : `${(share * 100).toFixed(1)}%`);

/** Where every object is: one sentence, a bar in three shades, and the sum. */
export function PaperBooks({ books }: { readonly books: Books }) {
  const heaps = heapsOf(books);
  const sum = BOOK_STATES.reduce((total, state) => total + books[state], 0);
  const holds = sum === books.seen && books.balanced;
  const attention = heaps.attention;
  return (
    <>
      <p className="st-paper-verdict" data-bad={!holds || undefined}>
        {verdictOf(books, holds, attention)}
      </p>
      {books.seen > 0 && (
        <>
          <div className="st-paper-bar" aria-hidden>
            {(['inTarget', 'leftOut', 'attention'] as const).map(
              (heap) => heaps[heap] > 0 && <span key={heap} data-heap={heap} style={{ flexGrow: heaps[heap] }} />,
            )}
          </div>
          <p className="st-paper-legend">
            {(['inTarget', 'leftOut', 'attention'] as const).map((heap) => (
              <span key={heap}>
                <i data-heap={heap} aria-hidden /> {formatNumber(heaps[heap])} {words.bar[heap]}
              </span>
            ))}
          </p>
          <table>
            <thead>
              <tr>
                <th scope="col">{words.state}</th>
                <th scope="col" className="st-n">
                  {words.objects}
                </th>
                <th scope="col" className="st-n">
                  {words.share}
                </th>
                <th scope="col">{words.meaning}</th>
              </tr>
            </thead>
            <tbody>
              {BOOK_STATES.filter((state) => books[state] > 0).map((state) => (
                <tr key={state}>
                  <td>{strings.entry.books.state[state]}</td>
                  <td className="st-n">{formatNumber(books[state])}</td>
                  <td className="st-n">{percent(books[state] / books.seen)}</td>
                  <td>{words.meanings[state]}</td>
                </tr>
              ))}
            </tbody>
            <tfoot>
              <tr>
                <th scope="row">{words.sum}</th>
                <td className="st-n">{formatNumber(books.seen)}</td>
                <td className="st-n">{percent(1)}</td>
                <td>{holds ? words.sumHolds : words.sumBroken}</td>
              </tr>
            </tfoot>
          </table>
        </>
      )}
    </>
  );
}

function verdictOf(books: Books, holds: boolean, attention: number): string {
  if (!holds) return words.verdict.unbalanced;
  if (books.seen === 0) return words.verdict.nothing;
  return attention === 0 ? words.verdict.clean(books.seen) : words.verdict.failures(books.seen, attention);
}

/** Where the license ledger stood, and where the signature is: paper has none. */
export function PaperProof({ proof }: { readonly proof: Schema<'ReportProof'> }) {
  const { seq, hash } = proof.ledger;
  return (
    <PaperSection title={words.proof}>
      <p>
        {words.proofText(seq)} <code className="st-paper-hash">{hash}</code>.
      </p>
      <p>{words.proofWhere}</p>
    </PaperSection>
  );
}

function Signatures() {
  return (
    <section className="st-paper-signatures" aria-label={words.signatures}>
      <h2>{words.signatures}</h2>
      <p>{words.signaturesText}</p>
      <div className="st-paper-signers">
        {(['customer', 'migration'] as const).map((who) => (
          <div key={who}>
            <h3>{words.signer[who]}</h3>
            {Object.values(words.signature).map((line) => (
              <div key={line} className="st-paper-line">
                {line}
              </div>
            ))}
          </div>
        ))}
      </div>
    </section>
  );
}

export function periodInWords(firstAt: string | undefined, lastAt: string | undefined, running: boolean): string {
  if (firstAt === undefined) return words.facts.noPeriod;
  const from = formatDateTime(firstAt);
  return running || lastAt === undefined ? words.facts.ongoing(from) : words.facts.range(from, formatDateTime(lastAt));
}
