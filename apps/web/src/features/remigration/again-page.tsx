import { Page } from '../../shell/page.tsx';

export function AgainPage() {
  return <Page title="Delta or remigrate">{null}</Page>;
}
