import stringWidth from 'fast-string-width';

/** Plain tables: aligned columns, no frames, so that they survive a pipe, `grep` and a narrow terminal. */

export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string | number | undefined;
  readonly align?: 'left' | 'right';
}

export function renderTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string[] {
  const cells = rows.map((row) => columns.map((column) => printable(column.value(row))));
  const widths = columns.map((column, i) =>
    Math.max(column.title.length, ...cells.map((line) => stringWidth(line[i] ?? ''))),
  );
  const line = (texts: readonly string[]): string =>
    columns
      .map((column, i) => {
        const text = texts[i] ?? '';
        const width = widths[i] ?? 0;
        const padding = ' '.repeat(Math.max(0, width - stringWidth(text)));
        return column.align === 'right' ? padding + text : text + padding;
      })
      .join('  ')
      .trimEnd();
  return [
    line(columns.map((column) => column.title)),
    line(widths.map((width) => '-'.repeat(width))),
    ...cells.map(line),
  ];
}

/** `name  value` lines of one thing; what has no value is left out. */
export function renderFields(fields: readonly (readonly [string, string | number | undefined])[]): string[] {
  const known = fields.filter(([, value]) => value !== undefined && value !== '');
  const width = Math.max(0, ...known.map(([name]) => name.length));
  return known.map(([name, value]) => `${name.padEnd(width)}  ${printable(value)}`.trimEnd());
}

/** What comes from a mailbox may hold control characters; a terminal must not obey them. */
export function printable(value: string | number | undefined): string {
  if (value === undefined) return '';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is the point
  return typeof value === 'number' ? String(value) : value.replace(/[\u0000-\u001f\u007f-\u009f]/g, '�');
}

/** Binary units, as everywhere in Sterna. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(value < 10 ? 1 : 0)} ${units[unit]}`;
}

export function formatSeconds(seconds: number): string {
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`;
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days ${hours % 24} h`;
}
