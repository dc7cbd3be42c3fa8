import { VisuallyHidden } from '@mantine/core';
import type { Schema } from '../../api/client.ts';
import { formatNumber } from '../../lib/format.ts';
import { useMay } from '../../session/session.tsx';
import { Panel } from '../../shell/page.tsx';
import { strings } from '../../strings.ts';

const { balance: words, types, tiers } = strings.licenses;

export function BalancePanel({ balances }: { readonly balances: readonly Schema<'LicenseBalance'>[] }) {
  const shown = balances.filter(({ granted }) => granted > 0);
  const mayGrant = useMay('admin');
  return (
    <Panel title={words.title} lead={words.sum} flush>
      {shown.length === 0 ? (
        <p className="st-empty">
          {words.none} {mayGrant && words.noneOwner}
        </p>
      ) : (
        <table className="st-table st-stacked">
          <VisuallyHidden component="caption">{words.caption}</VisuallyHidden>
          <thead>
            <tr>
              <th scope="col">{words.type}</th>
              <th scope="col">{words.tier}</th>
              <th scope="col" className="st-number">
                {words.available}
              </th>
              <th scope="col" className="st-number">
                {words.assigned}
              </th>
              <th scope="col" className="st-number">
                {words.burned}
              </th>
              <th scope="col" className="st-number">
                {words.granted}
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((one) => (
              <tr key={`${one.type} ${one.tier}`}>
                <td data-label={words.type}>{types[one.type]}</td>
                <td data-label={words.tier}>{tiers[one.tier]}</td>
                <td data-label={words.available} className="st-number">
                  <b>{formatNumber(one.available)}</b>
                </td>
                <td data-label={words.assigned} className="st-number">
                  {formatNumber(one.assigned)}
                </td>
                <td data-label={words.burned} className="st-number">
                  {formatNumber(one.burned)}
                </td>
                <td data-label={words.granted} className="st-number">
                  {formatNumber(one.granted)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}
