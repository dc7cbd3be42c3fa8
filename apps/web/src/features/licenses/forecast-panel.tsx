import { VisuallyHidden } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import { $api, type Schema } from '../../api/client.ts';
import { TextLink } from '../../components/text-link.tsx';
import { formatNumber } from '../../lib/format.ts';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { Pending } from '../../shell/fallbacks.tsx';
import { Panel } from '../../shell/page.tsx';
import { Chip } from '../../shell/status-chip.tsx';
import { strings } from '../../strings.ts';

const { forecast: words, types } = strings.licenses;

type Forecast = Schema<'LicenseForecast'>;

/** Whether the licenses are enough for what is still to come. */
export function ForecastPanel() {
  const { data, error, refetch } = $api.useQuery('get', '/api/licenses/forecast');
  return (
    <Panel title={words.title} lead={words.lead} flush>
      <ErrorNotice error={error} onRetry={() => void refetch()} />
      {data === undefined && error === null && <Pending />}
      {data?.projects.length === 0 && <p className="st-empty">{words.none}</p>}
      {data !== undefined && data.projects.length > 0 && (
        <>
          <div className="st-verdicts">
            {data.types.map((one) => (
              <TypeVerdict key={one.type} of={one} />
            ))}
          </div>
          <NeedTable needs={data.projects} />
        </>
      )}
    </Panel>
  );
}

function TypeVerdict({ of: { type, open, available, trial, short } }: { readonly of: Forecast['types'][number] }) {
  const name = types[type] ?? type;
  if (short > 0)
    return (
      <div>
        <Chip tone="bad">
          <IconAlertTriangle size={14} stroke={2.2} aria-hidden />
          {words.short(name, short)}
        </Chip>
        <p>
          {words.shortText(open, available)}
          {trial > 0 && words.trial(trial)}
        </p>
      </div>
    );
  return (
    <div>
      <Chip tone="ok">
        <IconCircleCheck size={14} stroke={2.2} aria-hidden />
        {open === 0 ? words.nothing(name) : words.enough(name, available - open)}
      </Chip>
    </div>
  );
}

function NeedTable({ needs }: { readonly needs: Forecast['projects'] }) {
  return (
    <table className="st-table st-stacked">
      <VisuallyHidden component="caption">{words.caption}</VisuallyHidden>
      <thead>
        <tr>
          <th scope="col">{words.project}</th>
          <th scope="col">{words.type}</th>
          <th scope="col" className="st-number">
            {words.entries}
          </th>
          <th scope="col" className="st-number">
            {words.burned}
          </th>
          <th scope="col" className="st-number">
            {words.assigned}
          </th>
          <th scope="col" className="st-number">
            {words.open}
          </th>
        </tr>
      </thead>
      <tbody>
        {needs.map((need) => (
          <tr key={`${need.projectId} ${need.type}`}>
            <td data-label={words.project} className="st-address">
              <TextLink to="/projects/$projectId/list" params={{ projectId: need.projectId }} size="sm">
                {need.projectName}
              </TextLink>
            </td>
            <td data-label={words.type}>{types[need.type]}</td>
            <td data-label={words.entries} className="st-number">
              {formatNumber(need.entries)}
            </td>
            <td data-label={words.burned} className="st-number">
              {formatNumber(need.burned)}
            </td>
            <td data-label={words.assigned} className="st-number">
              {formatNumber(need.assigned)}
            </td>
            <td data-label={words.open} className="st-number">
              <b>{formatNumber(need.open)}</b>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
