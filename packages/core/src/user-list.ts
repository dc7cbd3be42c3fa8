import { entryKey } from './address.ts';
import { type CsvProblem, decodeCsv, formatCsv, parseCsv, readCell } from './csv-text.ts';
import { SternaError } from './errors.ts';
import { ITEM_TYPES, type ItemType, LICENSE_TIERS, LICENSE_TYPES, type LicenseTier, licenseTypeOf } from './kinds.ts';

/**
 * Servers of a mailbox that is several (connector `standards`). Each may have an address and a sign-in of its own, in
 * columns such as SourceCaldavUser and TargetCarddavPassword.
 */
const PARTS = ['imap', 'caldav', 'carddav'] as const;
const PART_FIELDS = ['address', 'user', 'password'] as const;

/** What a mailbox has of its own at one of its servers. */
export type PartSignIn = Partial<Record<(typeof PART_FIELDS)[number], string>>;

const capital = (word: string): string => `${word[0]?.toUpperCase()}${word.slice(1)}`;

const PART_COLUMNS: ReadonlyMap<string, { side: string; part: string; field: (typeof PART_FIELDS)[number] }> = new Map(
  ['source', 'target'].flatMap((side) =>
    PARTS.flatMap((part) =>
      PART_FIELDS.map((field) => [`${capital(side)}${capital(part)}${capital(field)}`, { side, part, field }] as const),
    ),
  ),
);

/** Columns of the user list. Only SourceAddress is needed; TargetAddress is the same where it is left out. */
export const USER_LIST_COLUMNS = [
  'ItemType',
  'SourceAddress',
  'TargetAddress',
  'DisplayName',
  'Batch',
  'SourceUser',
  'SourcePassword',
  'TargetUser',
  'TargetPassword',
  'License',
  'Merge',
] as const;
export type UserListColumn = (typeof USER_LIST_COLUMNS)[number];

/** Other tools' names for them, lower case. */
const ALIASES: Readonly<Record<string, UserListColumn | 'FirstName' | 'LastName'>> = {
  type: 'ItemType',
  sourceemail: 'SourceAddress',
  source: 'SourceAddress',
  targetemail: 'TargetAddress',
  target: 'TargetAddress',
  destinationemail: 'TargetAddress',
  batchname: 'Batch',
  firstname: 'FirstName',
  lastname: 'LastName',
  sourcelogin: 'SourceUser',
  targetlogin: 'TargetUser',
};

/** White space and case at the ends belong to these as typed. */
const isVerbatim = (column: string): boolean => column.endsWith('Password');

const YES: ReadonlySet<string> = new Set(['yes', 'true', '1', 'y', 'x']);
const NO: ReadonlySet<string> = new Set(['', 'no', 'false', '0', 'n']);

export interface UserListLine {
  readonly line: number;
  readonly itemType: ItemType;
  readonly sourceAddress: string;
  readonly targetAddress: string;
  readonly displayName: string | undefined;
  readonly batch: string | undefined;
  readonly sourceUser: string | undefined;
  readonly sourcePassword: string | undefined;
  readonly targetUser: string | undefined;
  readonly targetPassword: string | undefined;
  /** By server, where the line has something of its own for one. */
  readonly sourceParts: Readonly<Record<string, PartSignIn>>;
  readonly targetParts: Readonly<Record<string, PartSignIn>>;
  /** Assign a license of this tier at once; `any` is standard before trial. */
  readonly license: LicenseTier | 'any' | undefined;
  readonly merge: boolean;
}

export interface UserListFile {
  /** The good lines. */
  readonly lines: readonly UserListLine[];
  /** Every problem of every line, in line order. */
  readonly problems: readonly CsvProblem[];
}

const MAX_ADDRESS = 1_000;
const MAX_TEXT = 500;

/**
 * Reads a user list: UTF-8 with or without byte order mark; commas, semicolons or tabs; columns in any order and case.
 *
 * @param live `entryKey` of the project's live entries: a line that repeats one needs Merge
 * @throws SternaError config `csv-encoding` | `csv-quote` | `csv-empty` | `csv-unknown-column` | `csv-missing-column`
 *   | `csv-column-twice`: the file as a whole can't be read, with line and column
 */
export function readUserList(bytes: Uint8Array, live: ReadonlySet<string> = new Set()): UserListFile {
  const [header, ...records] = parseCsv(decodeCsv(bytes));
  const columns = readHeader(header);
  const lines: UserListLine[] = [];
  const problems: CsvProblem[] = [];
  const seen = new Map<string, number>();

  for (const { line, fields } of records) {
    const found: CsvProblem[] = [];
    const problem = (column: string | undefined, code: string, message: string, fix: string): void => {
      found.push({ line, column, code, message, fix });
    };
    if (fields.length > columns.length)
      problem(
        undefined,
        'csv-too-many-fields',
        `The line has ${fields.length} fields, the header ${columns.length}.`,
        'Put quotes around a field that holds the separator.',
      );
    const cells = new Map<string, string>();
    for (const [index, column] of columns.entries()) {
      const raw = fields[index] ?? '';
      const value = isVerbatim(column) ? raw : readCell(raw.trim());
      cells.set(column, value);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
      if (/[\u0000-\u001f\u007f]/.test(value))
        problem(
          column,
          'csv-bad-value',
          `${column} holds a control character.`,
          'Remove line breaks and tabs from the field.',
        );
      else if (value.length > (column.endsWith('Address') ? MAX_ADDRESS : MAX_TEXT))
        problem(column, 'csv-bad-value', `${column} is ${value.length} characters long.`, 'Shorten it.');
    }
    const cell = (column: UserListColumn | 'FirstName' | 'LastName'): string | undefined =>
      cells.get(column) || undefined;

    const itemType = (cell('ItemType')?.toLowerCase() ?? 'mailbox') as ItemType;
    if (!ITEM_TYPES.includes(itemType))
      problem('ItemType', 'csv-bad-value', `"${itemType}" is no item type.`, `Write one of ${ITEM_TYPES.join(', ')}.`);
    const sourceAddress = cell('SourceAddress');
    if (sourceAddress === undefined)
      problem('SourceAddress', 'csv-bad-value', 'SourceAddress is empty.', 'Give the address, or delete the line.');
    const targetAddress = cell('TargetAddress') ?? (columns.includes('TargetAddress') ? undefined : sourceAddress);
    if (targetAddress === undefined && columns.includes('TargetAddress'))
      problem('TargetAddress', 'csv-bad-value', 'TargetAddress is empty.', 'Give the address, or delete the line.');
    const mergeText = (cell('Merge') ?? '').toLowerCase();
    const merge = YES.has(mergeText);
    if (!merge && !NO.has(mergeText))
      problem('Merge', 'csv-bad-value', `"${mergeText}" is neither yes nor no.`, 'Write yes or no.');
    const license = readLicense(cell('License'), itemType, problem);

    if (sourceAddress !== undefined && targetAddress !== undefined) {
      const key = entryKey({ itemType, sourceAddress, targetAddress });
      const first = seen.get(key);
      if (!merge && first !== undefined)
        problem(
          'SourceAddress',
          'csv-duplicate',
          `${sourceAddress} → ${targetAddress} is in line ${first} already.`,
          'Delete one of the lines, or write yes in the column Merge.',
        );
      else if (!merge && live.has(key))
        problem(
          'SourceAddress',
          'csv-duplicate',
          `${sourceAddress} → ${targetAddress} is in the user list already.`,
          'Delete the line, or write yes in the column Merge.',
        );
      if (first === undefined) seen.set(key, line);
      if (found.length === 0) {
        const names = [cell('FirstName'), cell('LastName')].filter((name) => name !== undefined).join(' ');
        lines.push({
          line,
          itemType,
          sourceAddress,
          targetAddress,
          displayName: cell('DisplayName') ?? (names || undefined),
          batch: cell('Batch'),
          sourceUser: cell('SourceUser'),
          sourcePassword: cell('SourcePassword'),
          targetUser: cell('TargetUser'),
          targetPassword: cell('TargetPassword'),
          sourceParts: partsOf('source', cells),
          targetParts: partsOf('target', cells),
          license,
          merge,
        });
      }
    }
    problems.push(...found);
  }
  return { lines, problems };
}

function partsOf(side: 'source' | 'target', cells: ReadonlyMap<string, string>): Record<string, PartSignIn> {
  const parts: Record<string, PartSignIn> = {};
  for (const [column, of] of PART_COLUMNS) {
    const value = cells.get(column);
    if (of.side === side && value) parts[of.part] = { ...parts[of.part], [of.field]: value };
  }
  return parts;
}

function readHeader(header: { line: number; fields: readonly string[] } | undefined): readonly string[] {
  const fix = `The columns are ${USER_LIST_COLUMNS.join(', ')}; for a mailbox of several servers also SourceCaldavAddress, SourceCaldavUser, SourceCaldavPassword and the like, with Target, Carddav and Imap.`;
  if (header === undefined)
    throw new SternaError('config', 'csv-empty', 'The file is empty.', {
      fix: `Its first line names the columns. ${fix}`,
    });
  const { line } = header;
  const known = new Map<string, string>([
    ...[...USER_LIST_COLUMNS, ...PART_COLUMNS.keys()].map((name) => [name.toLowerCase(), name] as const),
    ...Object.entries(ALIASES),
  ]);
  const columns: string[] = [];
  for (const raw of header.fields) {
    const name = raw.trim();
    const column = known.get(name.toLowerCase().replace(/[\s_-]/g, ''));
    if (column === undefined)
      throw new SternaError(
        'config',
        'csv-unknown-column',
        `There is no column ${name === '' ? 'without a name' : `"${name}"`}.`,
        { line, field: name, fix },
      );
    if (columns.includes(column))
      throw new SternaError('config', 'csv-column-twice', `The column ${column} is there twice.`, {
        line,
        field: name,
        fix: 'Delete one of them.',
      });
    columns.push(column);
  }
  if (!columns.includes('SourceAddress'))
    throw new SternaError('config', 'csv-missing-column', 'The column SourceAddress is missing.', {
      line,
      field: 'SourceAddress',
      fix,
    });
  return columns;
}

/** `standard`, `trial`, `mail`, `mail trial` … */
function readLicense(
  text: string | undefined,
  itemType: ItemType,
  problem: (column: string, code: string, message: string, fix: string) => void,
): LicenseTier | 'any' | undefined {
  if (text === undefined || NO.has(text.toLowerCase())) return undefined;
  const words = text.toLowerCase().split(/\s+/);
  const tier = words.find((word): word is LicenseTier => LICENSE_TIERS.some((one) => one === word));
  const type = words.find((word) => LICENSE_TYPES.some((one) => one === word));
  const fix = 'Write standard or trial, or leave it empty.';
  if (words.length > 2 || words.some((word) => word !== tier && word !== type && !YES.has(word)))
    problem('License', 'csv-bad-value', `"${text}" is no license.`, fix);
  else if (type !== undefined && ITEM_TYPES.includes(itemType) && type !== licenseTypeOf(itemType))
    problem('License', 'csv-bad-value', `A ${itemType} takes a ${licenseTypeOf(itemType)} license, not ${type}.`, fix);
  return tier ?? 'any';
}

/** What is written out: everything but secrets. `readUserList` reads it back. */
export interface UserListEntry {
  readonly itemType: ItemType;
  readonly sourceAddress: string;
  readonly targetAddress: string;
  readonly displayName: string | undefined;
  readonly batch: string | undefined;
  readonly merge: boolean;
}

export const formatUserList = (entries: readonly UserListEntry[]): string =>
  formatCsv([
    ['ItemType', 'SourceAddress', 'TargetAddress', 'DisplayName', 'Batch', 'Merge'],
    ...entries.map((entry) => [
      entry.itemType,
      entry.sourceAddress,
      entry.targetAddress,
      entry.displayName,
      entry.batch,
      entry.merge ? 'yes' : undefined,
    ]),
  ]);
