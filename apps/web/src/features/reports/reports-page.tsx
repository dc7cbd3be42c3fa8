import { Button, Menu } from '@mantine/core';
import { IconChevronDown, IconDownload, IconPrinter } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { Pending } from '../../shell/fallbacks.tsx';
import { Page, Panel } from '../../shell/page.tsx';
import { strings } from '../../strings.ts';
import { CutoverReport } from './cutover-report.tsx';
import { EntriesReport } from './entries-report.tsx';
import { FailuresReport } from './failures-report.tsx';
import { LicenseUse } from './license-use.tsx';
import { LinksReport } from './links-report.tsx';
import { summaryQuery, useReadReportsAgain } from './queries.ts';
import './reports.css';
import { reportsRoute } from './search.ts';
import { Totals } from './totals.tsx';

const words = strings.reports;

export function ReportsPage() {
  const { projectId } = reportsRoute.useParams();
  useReadReportsAgain(projectId);
  const summary = useQuery(summaryQuery(projectId));
  return (
    <Page
      title={words.title}
      lead={words.lead}
      actions={
        <>
          <Downloads projectId={projectId} />
          <Button
            component={Link}
            to="/projects/$projectId/report/print"
            params={{ projectId } as never}
            leftSection={<IconPrinter size={16} aria-hidden />}
          >
            {words.print}
          </Button>
        </>
      }
    >
      <ErrorNotice error={summary.error} onRetry={() => void summary.refetch()} />
      {summary.isPending && <Pending />}
      {summary.data !== undefined && (
        <>
          <Totals summary={summary.data} />
          <FailuresReport projectId={projectId} summary={summary.data} />
          <EntriesReport projectId={projectId} summary={summary.data} />
          <LinksReport projectId={projectId} />
          <CutoverReport projectId={projectId} />
          <Panel title={words.licenses} flush={summary.data.licenses.length > 0}>
            <LicenseUse licenses={summary.data.licenses} className="st-table st-report-licenses" />
          </Panel>
        </>
      )}
    </Page>
  );
}

function Downloads({ projectId }: { readonly projectId: number }) {
  const base = `/api/projects/${projectId}/report`;
  const files = [
    [words.downloadEntries, `${base}.csv?what=entries`, `report-${projectId}-entries.csv`],
    [words.downloadFailures, `${base}.csv?what=failures`, `report-${projectId}-failures.csv`],
    [words.downloadJson, base, `report-${projectId}.json`],
  ] as const;
  return (
    <Menu position="bottom-end" withinPortal={false} withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <Button
          variant="default"
          leftSection={<IconDownload size={16} aria-hidden />}
          rightSection={<IconChevronDown size={14} aria-hidden />}
        >
          {words.downloads}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {files.map(([name, href, file]) => (
          <Menu.Item key={href} component="a" href={href} download={file}>
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
