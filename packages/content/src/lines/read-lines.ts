import type { Component, Parameter, Property } from './content-line.ts';

/** What is wrong with a text, and where: the number of the line as it stands in the text, unfolded lines counted whole. */
export class ContentLineError extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.name = 'ContentLineError';
    this.line = line;
  }
}

/** Deeper than anything that is written: VCALENDAR, VEVENT, VALARM. */
const MAX_DEPTH = 16;

/**
 * UTF-8, as the standards demand; else Windows-1252, which old programs write. A byte order mark is dropped.
 */
export function decodeText(bytes: Buffer): string {
  const body =
    bytes.length >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return new TextDecoder('windows-1252').decode(body);
  }
}

/**
 * Lines with their folds taken out (RFC 5545 section 3.1). Unfolded as bytes: a fold may stand inside a character.
 * Any line end is taken, CR CR LF of programs that convert twice as well.
 */
export function unfoldedLines(bytes: Buffer): { readonly text: string; readonly line: number }[] {
  const latin = bytes.toString('latin1');
  const lines: { text: string; line: number }[] = [];
  let number = 0;
  for (const raw of latin.split(/\r*\n|\r/)) {
    number += 1;
    const last = lines.at(-1);
    if ((raw.startsWith(' ') || raw.startsWith('\t')) && last !== undefined) last.text += raw.slice(1);
    else lines.push({ text: raw, line: number });
  }
  return lines.map(({ text, line }) => ({ text: decodeText(Buffer.from(text, 'latin1')), line }));
}

/**
 * All top-level components of a text, one after the other. Liberal in what programs get wrong without changing the
 * meaning: empty lines, small letters, blanks around a name.
 *
 * @throws ContentLineError where a component is left open or closed twice, or a line is no content line
 */
export function readComponents(bytes: Buffer): readonly Component[] {
  interface Open {
    readonly name: string;
    readonly properties: Property[];
    readonly components: Component[];
  }
  const done: Component[] = [];
  const open: Open[] = [];
  let lastLine = 0;
  for (const { text, line } of unfoldedLines(bytes)) {
    lastLine = line;
    if (text.trim() === '') continue;
    const property = readProperty(text, line);
    const name = property.value.trim().toUpperCase();
    if (property.name === 'BEGIN') {
      if (open.length >= MAX_DEPTH) throw new ContentLineError(line, 'components are nested too deeply');
      open.push({ name, properties: [], components: [] });
    } else if (property.name === 'END') {
      const closed = open.pop();
      if (closed?.name !== name) throw new ContentLineError(line, `END:${name.slice(0, 40)} closes nothing`);
      (open.at(-1)?.components ?? done).push(closed);
    } else {
      const inner = open.at(-1);
      if (inner === undefined) throw new ContentLineError(line, 'a property stands outside of any component');
      inner.properties.push(property);
    }
  }
  const left = open.at(-1);
  if (left !== undefined) throw new ContentLineError(lastLine, `${left.name.slice(0, 40)} is not closed`);
  return done;
}

/** @throws ContentLineError */
export function readProperty(text: string, line: number): Property {
  const head = /^\s*(?:([A-Za-z0-9-]+)\.)?([A-Za-z0-9_-]+)\s*/.exec(text);
  if (head === null) throw new ContentLineError(line, 'this is no content line (NAME:value)');
  let at = head[0].length;
  const parameters: Parameter[] = [];
  while (text[at] === ';') {
    const name = /^;\s*([A-Za-z0-9_-]*)\s*/.exec(text.slice(at)) as RegExpExecArray;
    at += name[0].length;
    const values: string[] = [];
    if (text[at] === '=') {
      do {
        at += 1;
        const value = readParameterValue(text, at);
        values.push(value.text);
        at = value.end;
      } while (text[at] === ',');
    }
    // vCard 2.1 leaves TYPE out: `TEL;HOME;VOICE:…`.
    if (values.length === 0) parameters.push({ name: 'TYPE', values: [name[1] ?? ''] });
    else parameters.push({ name: (name[1] ?? '').toUpperCase(), values });
  }
  if (text[at] !== ':') throw new ContentLineError(line, 'this is no content line (NAME:value)');
  return {
    group: head[1],
    name: (head[2] ?? '').toUpperCase(),
    parameters,
    value: text.slice(at + 1),
  };
}

/** RFC 6868 carets included. */
function readParameterValue(text: string, from: number): { text: string; end: number } {
  if (text[from] === '"') {
    const end = text.indexOf('"', from + 1);
    const last = end === -1 ? text.length : end;
    return { text: uncaret(text.slice(from + 1, last)), end: Math.min(text.length, last + 1) };
  }
  let end = from;
  while (end < text.length && text[end] !== ',' && text[end] !== ';' && text[end] !== ':') end += 1;
  return { text: uncaret(text.slice(from, end)), end };
}

const uncaret = (value: string): string =>
  value.replace(/\^(['^n])/g, (_, sign: string) => (sign === 'n' ? '\n' : sign === "'" ? '"' : '^'));
