import type { Schema } from '../../api/client.ts';
import { isObject } from '../../forms/json-schema.ts';
import { strings } from '../../strings.ts';
import { nameOfSetting, valueInWords } from '../settings/setting-words.ts';

const words = strings.reports.paper;

/** How fast and when: of no concern to whoever accepts the result. */
const LEFT_OUT = new Set(['bandwidth', 'failureShare', 'verifyDepth']);

/** The settings that say which objects were migrated and how, one line each. */
export function SettingsThatDecided({ settings }: { readonly settings: Schema<'Settings'>['settings'] }) {
  const lines: { readonly field: string; readonly value: unknown }[] = [];
  const visit = (field: string, value: unknown): void => {
    if (!isObject(value)) lines.push({ field, value });
    else for (const [name, part] of Object.entries(value)) visit(field === '' ? name : `${field}.${name}`, part);
  };
  visit('', Object.fromEntries(Object.entries(settings).filter(([name]) => !LEFT_OUT.has(name))));
  return (
    <>
      <h3>{words.settings}</h3>
      <ul className="st-paper-settings">
        {lines.map(({ field, value }) => (
          <li key={field}>
            {nameOfSetting(field)}: <strong>{valueInWords(field, value)}</strong>
          </li>
        ))}
      </ul>
    </>
  );
}
