import { Page } from '../../shell/page.tsx';

export function SystemsPage() {
  return <Page title="Systems">{null}</Page>;
}
