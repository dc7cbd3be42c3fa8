/** Passes that take back what an earlier one created, and which pass took which back. */
export const statements: readonly string[] = [
  'alter table pass drop constraint pass_kind_check',
  `alter table pass add constraint pass_kind_check
     check (kind in ('initial', 'delta', 'audit', 'verify', 'empty', 'preprocess', 'undo'))`,
  // Number, within the entry, of the pass that undid this one.
  'alter table pass add column undone_by integer',
];
