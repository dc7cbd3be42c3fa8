import { Page } from '../../shell/page.tsx';

export function NewSystemPage() {
  return <Page title="New system">{null}</Page>;
}
