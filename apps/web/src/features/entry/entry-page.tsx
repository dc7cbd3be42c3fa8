import { Page } from '../../shell/page.tsx';

export function EntryPage() {
  return <Page title="Entry">{null}</Page>;
}
