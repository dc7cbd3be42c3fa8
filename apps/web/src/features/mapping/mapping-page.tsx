import { Page } from '../../shell/page.tsx';

export function MappingPage() {
  return <Page title="Mapping table">{null}</Page>;
}
