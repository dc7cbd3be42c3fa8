import type { Random } from '@sterna/simulator-kit';
import { guidOf } from '../state/ids.ts';
import { builtInColumn, type Column } from './columns.ts';
import type { ListContents } from './list.ts';
import type { Row } from './row.ts';
import type { SiteUser, SiteUsers } from './site-users.ts';

/** The hidden User Information List: a row for each person whom the site knows. */
export class UserRows implements ListContents {
  readonly #site: { readonly users: SiteUsers; readonly url: string; readonly created: number };

  constructor(site: { readonly users: SiteUsers; readonly url: string; readonly created: number }) {
    this.#site = site;
  }

  get rows(): readonly Row[] {
    return this.#site.users.all.map((user) => this.#row(user));
  }

  row(id: number): Row | undefined {
    const user = this.#site.users.byId(id);
    return user && this.#row(user);
  }

  #row({ id, user }: SiteUser): Row {
    const { url, created } = this.#site;
    const system = { user: { displayName: 'System Account' } };
    const values = new Map<string, unknown>([
      ['Title', user.displayName],
      ['Name', `i:0#.f|membership|${user.userPrincipalName}`],
      ['EMail', user.mail],
      ['UserName', user.userPrincipalName],
    ]);
    return {
      id,
      guid: user.id,
      created,
      modified: created,
      createdBy: system,
      modifiedBy: system,
      eTagNumber: 1,
      contentType: { id: '0x010A', name: 'Person' },
      values,
      versions: [{ id: '1.0', modified: created, modifiedBy: system, values }],
      hasAttachments: false,
      webUrl: `${url}/_catalogs/users/${id}_.000`,
    };
  }
}

export function userColumns(random: Random): Column[] {
  const text = { facet: 'text', readOnly: true } as const;
  return [
    builtInColumn(guidOf(random), 'Name', 'Account', text),
    builtInColumn(guidOf(random), 'EMail', 'Work email', text),
    builtInColumn(guidOf(random), 'UserName', 'User name', text),
  ];
}
