import { execFileSync } from 'node:child_process';

/** Debian's Python, which has the parser that Radicale brings. */
const PYTHON = '/usr/bin/python3';

/** vobject reads lines of any vCard version; what it makes of their meaning is not asked. */
const PROGRAM = `
import io, json, quopri, sys
from vobject.base import getLogicalLines, parseLine
cards, current = [], None
text = sys.stdin.buffer.read().decode('utf-8', 'replace')
for line, number in getLogicalLines(io.StringIO(text), allowQP=True):
    line = line.rstrip('\\r\\n')
    if not line.strip(): continue
    name, params, value, group = parseLine(line, number)
    name = name.upper()
    if name == 'BEGIN' and value.strip().upper() == 'VCARD': current = []
    elif name == 'END' and value.strip().upper() == 'VCARD': cards.append(current)
    else:
        flat = [[p[0].upper(), v] for p in params for v in (p[1:] if len(p) > 1 else [''])]
        bare = [p[0].upper() for p in params if len(p) == 1]
        if 'QUOTED-PRINTABLE' in bare or any(v.upper() == 'QUOTED-PRINTABLE' for _, v in flat):
            charset = next((v for k, v in flat if k == 'CHARSET'), 'utf-8')
            value = quopri.decodestring(value.encode('latin-1', 'replace')).decode(charset, 'replace')
        current.append({'name': name, 'group': group, 'params': flat, 'value': value})
json.dump(cards, sys.stdout)
`;

interface CardLine {
  readonly name: string;
  readonly group: string | null;
  readonly params: readonly (readonly [string, string])[];
  readonly value: string;
}

/** Names that a card gets where its version has another one for the same thing. */
const SAME_NAMES: Readonly<Record<string, string>> = {
  'X-ADDRESSBOOKSERVER-KIND': 'KIND',
  'X-ADDRESSBOOKSERVER-MEMBER': 'MEMBER',
  'X-ANNIVERSARY': 'ANNIVERSARY',
  'X-GENDER': 'GENDER',
  'X-RELATED': 'RELATED',
  'X-LANG': 'LANG',
};
const PASSED_OVER: ReadonlySet<string> = new Set(['VERSION', 'PRODID', 'REV', 'UID']);
const ENCODINGS = /^(quoted-printable|base64|b|7bit|8bit|jpeg|jpg|png|gif|bmp)$/;
const NOT_TYPES = new Set(['ENCODING', 'CHARSET', 'VALUE', 'MEDIATYPE']);

type Meanings = readonly (readonly string[])[];
const known = new Map<string, Meanings>();

/** What each card of a text says, property by property, in whichever version it is written. */
export function cardMeanings(text: Buffer): Meanings {
  // Each question is a process, and cards are compared with each other.
  const key = text.toString('latin1');
  const meanings = known.get(key) ?? asked(text);
  known.set(key, meanings);
  return meanings;
}

function asked(text: Buffer): Meanings {
  const cards = JSON.parse(
    execFileSync(PYTHON, ['-c', PROGRAM], { input: text, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }),
  ) as CardLine[][];
  return cards.map((card) =>
    card
      .filter((line) => !PASSED_OVER.has(line.name) && textOf(line) !== '')
      .map((line) => JSON.stringify([SAME_NAMES[line.name] ?? line.name, typesOf(line), textOf(line)]))
      .sort(),
  );
}

function typesOf({ params }: CardLine): string[] {
  const words = params.flatMap(([name, value]) => {
    const lower = value.toLowerCase();
    // A type without a name, as vCard 2.1 has them.
    if (value === '') return [name.toLowerCase()];
    if (name === 'TYPE') return lower.split(',');
    if (name === 'PREF') return value === '1' ? ['pref'] : [];
    return NOT_TYPES.has(name) ? [] : [`${name.toLowerCase()}=${lower}`];
  });
  return [...new Set(words.filter((word) => !ENCODINGS.test(word)))].sort();
}

function textOf({ name, params, value }: CardLine): string {
  const isBinary = params.some(
    ([key, one]) => /^(b|base64)$/i.test(one) || (one === '' && key.toUpperCase() === 'BASE64'),
  );
  const data = /^data:[^,]*;base64,(.*)$/s.exec(value)?.[1];
  if (isBinary || data !== undefined) return Buffer.from(data ?? value, 'base64').toString('base64');
  const plain = (part: string): string =>
    part
      .replace(/\\([\\;,nN:"])/g, (_, sign: string) => (sign.toLowerCase() === 'n' ? '\n' : sign))
      .replace(/\r\n|\r/g, '\n')
      .trim();
  if (!/^(N|ADR|ORG)$/.test(name)) return plain(value);
  return value
    .split(/(?<!\\);/)
    .map(plain)
    .join(';')
    .replace(/;+$/, '');
}
