const MAX_HEADER = 256 * 1024;

/** What is needed of a message's header before it is written. */
export interface MailHeader {
  readonly messageId: string | undefined;
  /** Message-IDs that it answers, the nearest last. */
  readonly references: readonly string[];
  /** Milliseconds since 1970. */
  readonly date: number | undefined;
}

/** @param start The beginning of the message, at least its header */
export function mailHeaderOf(start: Buffer): MailHeader {
  const text = start.toString('latin1', 0, MAX_HEADER);
  const end = /\r?\n\r?\n/.exec(text)?.index ?? text.length;
  const lines = text
    .slice(0, end)
    .replace(/\r?\n[ \t]+/g, ' ')
    .split(/\r?\n/);
  const field = (name: string): string | undefined =>
    lines
      .find((line) => line.slice(0, name.length + 1).toLowerCase() === `${name}:`)
      ?.slice(name.length + 1)
      .trim();
  const ids = (value: string | undefined): string[] => value?.match(/<[^<>\s]{1,500}>/g) ?? [];
  const date = Date.parse((field('date') ?? '').replace(/\([^)]*\)/g, ''));
  const references = [...ids(field('references')), ...ids(field('in-reply-to')).slice(0, 1)];
  return {
    messageId: ids(field('message-id'))[0],
    references: [...new Set(references.toReversed())].toReversed().slice(-20),
    date: Number.isNaN(date) ? undefined : date,
  };
}
