import { Page } from '../../shell/page.tsx';

export function ReportsPage() {
  return <Page title="Reports">{null}</Page>;
}
