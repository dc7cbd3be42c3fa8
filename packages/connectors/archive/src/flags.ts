import type { FidelityNote, Flags } from '@sterna/connector-kit';

export const SYSTEM_FLAGS: ReadonlySet<string> = new Set(['\\Answered', '\\Deleted', '\\Draft', '\\Flagged', '\\Seen']);

/** Sorted, unique: the canonical form of `Flags`. */
export const canonical = (flags: Iterable<string>): Flags => [...new Set(flags)].sort();

/**
 * Flags that a file can hold: system flags in their own spelling, keywords that are atoms (RFC 9051 section 9). What
 * falls out gets a note, except \Recent, which is no state of a message.
 */
export function storable(flags: Flags, notes: FidelityNote[]): Flags {
  const kept: string[] = [];
  for (const flag of flags) {
    if (flag.startsWith('\\')) {
      const known = [...SYSTEM_FLAGS].find((name) => name.toLowerCase() === flag.toLowerCase());
      if (known !== undefined) kept.push(known);
      else if (flag.toLowerCase() !== '\\recent') notes.push(dropped(flag));
    } else if (isAtom(flag)) kept.push(flag);
    else notes.push(dropped(flag));
  }
  return canonical(kept);
}

/** A line break here could forge a line of the keywords file, a space or bracket a command. */
const isAtom = (flag: string): boolean =>
  flag.length <= 255 &&
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  /^[^\x00-\x20\x7f"%()*\\\]{]+$/.test(flag) &&
  flag.isWellFormed();

const dropped = (flag: string): FidelityNote => ({
  code: 'keyword-dropped',
  text: `The keyword ${JSON.stringify(flag.slice(0, 60))} can't be stored`,
});
