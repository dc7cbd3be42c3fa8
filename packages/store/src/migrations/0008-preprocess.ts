/** Passes that make a group, team or site in its target before its contents come. */
export const statements: readonly string[] = [
  'alter table pass drop constraint pass_kind_check',
  `alter table pass add constraint pass_kind_check
     check (kind in ('initial', 'delta', 'audit', 'verify', 'empty', 'preprocess'))`,
];
