import { Page } from '../../shell/page.tsx';

export function RemigrationPage() {
  return <Page title="Remigration">{null}</Page>;
}
