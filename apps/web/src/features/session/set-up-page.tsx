import { Page } from '../../shell/page.tsx';

export function SetUpPage() {
  return <Page title="Set up">{null}</Page>;
}
