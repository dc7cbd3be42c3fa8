import { useQuery } from '@tanstack/react-query';
import { $api, type Schema } from '../../api/client.ts';
import { isObject } from '../../forms/json-schema.ts';
import { strings } from '../../strings.ts';
import { useHeldKinds } from '../settings/held-kinds.ts';
import { nameOfSetting, valueInWords } from '../settings/setting-words.ts';
import { type Drift, useDrift } from '../settings/use-drift.ts';

const words = strings.reports.paper;

/** How fast and when: of no concern to whoever accepts the result. */
const LEFT_OUT = ['bandwidth', 'failureShare', 'verifyDepth'];
/** Nothing to do with mail. */
const OF_FILES = ['permissions', 'versionDepth'];

/** The settings that say which objects are migrated and how, and where passes ran with others. */
export function SettingsThatDecided({ projectId }: { readonly projectId: number }) {
  const project = useQuery(
    $api.queryOptions('get', '/api/projects/{id}', { params: { path: { id: projectId } } }),
  ).data;
  const held = useHeldKinds(project === undefined ? undefined : [project.source.connector, project.target.connector]);
  const drift = useDrift(projectId);
  if (project === undefined || held === undefined) return null;
  return (
    <>
      <h3>{words.settings}</h3>
      <ul className="st-paper-settings">
        {linesOf(project.settings, held).map(([name, value]) => (
          <li key={name}>
            {name}: <strong>{value}</strong>
          </li>
        ))}
      </ul>
      {drift !== undefined && drift.drifted > 0 && <OtherSettings drift={drift} />}
    </>
  );
}

function linesOf(settings: Schema<'Project'>['settings'], held: readonly string[]): (readonly [string, string])[] {
  const left = new Set([...LEFT_OUT, 'kinds', ...(held.includes('file') ? [] : OF_FILES)]);
  const lines: (readonly [string, string])[] = [];
  const visit = (field: string, value: unknown): void => {
    if (!isObject(value)) lines.push([nameOfSetting(field), valueInWords(field, value)]);
    else for (const [name, part] of Object.entries(value)) visit(field === '' ? name : `${field}.${name}`, part);
  };
  const kinds = settings.kinds as Readonly<Record<string, boolean>>;
  const on = held.filter((kind) => kinds[kind]).map((kind) => nameOfSetting(`kinds.${kind}`));
  lines.push([nameOfSetting('kinds'), on.join(', ') || strings.common.none]);
  visit('', Object.fromEntries(Object.entries(settings).filter(([name]) => !left.has(name))));
  return lines;
}

/** The list is of the settings as they are now: what was migrated was perhaps not migrated by them. */
function OtherSettings({ drift }: { readonly drift: Drift }) {
  return (
    <>
      <p className="st-paper-drift">{words.drifted(drift.drifted, drift.ran)}</p>
      <ul className="st-paper-list">
        {drift.groups.map((group, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: groups have no name
          <li key={index}>
            {strings.settings.drift.group(group.entries)}:{' '}
            {group.settings
              .map((one) => `${nameOfSetting(one.field)} ${valueInWords(one.field, one.before)}`)
              .join('; ')}
          </li>
        ))}
      </ul>
    </>
  );
}
