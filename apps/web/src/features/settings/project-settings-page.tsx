import { Page } from '../../shell/page.tsx';

export function ProjectSettingsPage() {
  return <Page title="Settings">{null}</Page>;
}
