import { Page } from '../../shell/page.tsx';

export function LicensesPage() {
  return <Page title="Licenses">{null}</Page>;
}
