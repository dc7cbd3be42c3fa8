import type { ReactNode } from 'react';

/** A part of a page that scrolls on its own: reachable by the keyboard, and named. */
export function ScrollRegion({
  label,
  className = '',
  children,
}: {
  readonly label: string;
  readonly className?: string;
  readonly children: ReactNode;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without it nobody could scroll it by the keyboard
    <section className={`st-scroll ${className}`} aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
