import { isObject } from '../../forms/json-schema.ts';
import { formatBytes, formatDateTime, formatNumber, formatRate } from '../../lib/format.ts';
import { strings } from '../../strings.ts';

const words = strings.settings;

/** What a setting is called; a new one is called by its name in the API. */
export const nameOfSetting = (field: string): string => words.fields[field] ?? field;

type Options = Readonly<Record<string, readonly [label: string, meaning: string]>>;

/** Label and meaning of the choices of a setting, where we know them. */
export const optionsOf = (field: string): Options =>
  (words.options as unknown as Readonly<Record<string, Options>>)[field] ?? {};

/** A value of a setting in words. */
export function valueInWords(field: string, value: unknown): string {
  if (value === undefined || value === null || value === '') return words.value.unset;
  if (value === true) return words.value.on;
  if (value === false) return words.value.off;
  if (Array.isArray(value))
    return value.length === 0 ? words.value.none : value.map((one) => listItem(field, one)).join(', ');
  if (typeof value === 'number') {
    if (field === 'failureShare.share') return `${formatNumber(value * 100)}%`;
    if (field === 'sizeLimit') return formatBytes(value);
    return field.endsWith('bytesPerSecond') ? formatRate(value) : formatNumber(value);
  }
  if (typeof value === 'string') {
    if (field.startsWith('dateFilter.')) return formatDateTime(value);
    return optionsOf(field)[value]?.[0] ?? value;
  }
  return JSON.stringify(value);
}

function listItem(field: string, item: unknown): string {
  if (!isObject(item)) return String(item);
  if (field === 'folders.map')
    return words.value.rule(
      String(item.from ?? '') || words.value.root,
      String(item.to ?? '') || words.value.root,
      item.merge === true,
    );
  if (field === 'bandwidth.windows') {
    const days = (Array.isArray(item.days) ? item.days : []).map(
      (day) => words.options.day[day as keyof typeof words.options.day] ?? String(day),
    );
    return `${days.join(' ')} ${item.from}–${item.until}`;
  }
  return JSON.stringify(item);
}
