/** Passes that write nothing to the target, and an entry for the books that each keeps meanwhile. */
export const statements: readonly string[] = [
  'alter table pass drop constraint pass_kind_check',
  `alter table pass add constraint pass_kind_check
     check (kind in ('initial', 'delta', 'audit', 'verify', 'empty', 'preprocess', 'undo', 'dry-run'))`,
  'alter table entry drop constraint entry_purpose_check',
  `alter table entry add constraint entry_purpose_check
     check (purpose in ('migration', 'backup', 'restore', 'copy', 'dry-run'))`,
];
