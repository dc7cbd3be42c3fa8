import { Page } from '../../shell/page.tsx';

export function GuidePage() {
  return <Page title="Guide">{null}</Page>;
}
