/**
 * Roles that hold for one project, people of an organization who see only those projects (`none`), and tokens that are
 * limited to projects.
 */
export const statements: readonly string[] = [
  'alter table account drop constraint account_role_check',
  `alter table account add constraint account_role_check
     check (role in ('owner', 'operator', 'viewer', 'auditor', 'none'))`,
  `create table project_role (
     account_id bigint not null references account,
     project_id bigint not null references project on delete cascade,
     role text not null check (role in ('owner', 'operator', 'viewer', 'auditor')),
     created_at timestamptz not null default now(),
     primary key (account_id, project_id)
   )`,
  'create index project_role_project on project_role (project_id)',
  // Null: wherever its person may.
  'alter table api_token add column projects bigint[]',
];
