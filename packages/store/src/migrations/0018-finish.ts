/** Passes that give back in the target what earlier ones held. */
export const statements: readonly string[] = [
  'alter table pass drop constraint pass_kind_check',
  `alter table pass add constraint pass_kind_check
     check (kind in ('initial', 'delta', 'audit', 'verify', 'empty', 'preprocess', 'undo', 'dry-run', 'finish'))`,
];
