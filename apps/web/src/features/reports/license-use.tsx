import { ScrollRegion } from '../../components/scroll-region.tsx';
import { formatNumber } from '../../lib/format.ts';
import { strings } from '../../strings.ts';
import './reports.css';
import type { ReportSummary } from './totals.tsx';

const words = strings.reports;

/** On the screen and on paper. */
export function LicenseUse({
  licenses,
  className,
}: {
  readonly licenses: ReportSummary['licenses'];
  readonly className?: string;
}) {
  if (licenses.length === 0) return <p className="st-report-none">{words.licensesNone}</p>;
  return (
    <ScrollRegion label={words.licenses}>
      <table className={className}>
        <thead>
          <tr>
            <th scope="col">{words.license.type}</th>
            <th scope="col" className="st-number">
              {words.license.burned}
            </th>
            <th scope="col" className="st-number">
              {words.license.deleted}
            </th>
            <th scope="col" className="st-number">
              {words.license.assigned}
            </th>
          </tr>
        </thead>
        <tbody>
          {licenses.map((one) => (
            <tr key={`${one.type} ${one.tier}`}>
              <td>{words.license.name(one.type, one.tier)}</td>
              <td className="st-number">{formatNumber(one.burned)}</td>
              <td className="st-number">{formatNumber(one.burnedByDeleted)}</td>
              <td className="st-number">{formatNumber(one.assigned)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}
