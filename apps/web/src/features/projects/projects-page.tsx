import { Page } from '../../shell/page.tsx';

export function ProjectsPage() {
  return <Page title="Projects">{null}</Page>;
}
