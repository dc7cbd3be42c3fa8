import { Page } from '../../shell/page.tsx';

export function UserListPage() {
  return <Page title="User list">{null}</Page>;
}
