import { Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { $api, type Schema } from '../../api/client.ts';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { formatNumber } from '../../lib/format.ts';
import { Panel } from '../../shell/page.tsx';
import { Chip } from '../../shell/status-chip.tsx';
import { strings } from '../../strings.ts';

const words = strings.overview.licenses;
const { types, tiers } = strings.licenses;

/** What is left, and whether it is enough for the entries that have not started. */
export function LicensesPanel({
  balances,
  projectId,
}: {
  readonly balances: readonly Schema<'LicenseBalance'>[];
  readonly projectId: number | undefined;
}) {
  const { data: forecast } = $api.useQuery('get', '/api/licenses/forecast', {
    params: { query: projectId === undefined ? {} : { projectId } },
  });
  return (
    <Panel
      title={words.title}
      actions={
        <TextLink to="/licenses" size="sm">
          {words.toLedger}
        </TextLink>
      }
    >
      {balances.length === 0 ? (
        <Text size="sm" c="dimmed">
          {words.none}
        </Text>
      ) : (
        <ScrollRegion label={words.caption}>
          <table className="st-table st-table-tight">
            <caption className="st-hidden">{words.caption}</caption>
            <thead>
              <tr>
                <th scope="col">{words.type}</th>
                <th scope="col" className="st-number">
                  {words.available}
                </th>
                <th scope="col" className="st-number">
                  {words.assigned}
                </th>
                <th scope="col" className="st-number">
                  {words.burned}
                </th>
              </tr>
            </thead>
            <tbody>
              {balances.map((balance) => (
                <tr key={`${balance.type} ${balance.tier}`}>
                  <th scope="row">
                    {types[balance.type]}
                    {balance.tier === 'trial' && `, ${(tiers.trial ?? '').toLowerCase()}`}
                  </th>
                  <td className="st-number">{formatNumber(balance.available)}</td>
                  <td className="st-number">{formatNumber(balance.assigned)}</td>
                  <td className="st-number">{formatNumber(balance.burned)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollRegion>
      )}
      {forecast?.types.map((one) =>
        one.short > 0 ? (
          <div key={one.type} className="st-short">
            <Chip tone="bad">
              <IconAlertTriangle size={14} stroke={2.2} aria-hidden />
              {types[one.type]}: {words.short(one.short)}
            </Chip>
            <Text size="xs" c="dimmed">
              {words.shortHint(one.open, one.available)}
            </Text>
          </div>
        ) : (
          one.open > 0 && (
            <Text key={one.type} size="xs" c="dimmed" mt="xs">
              {types[one.type]}: {words.enough(one.open)}
            </Text>
          )
        ),
      )}
    </Panel>
  );
}
