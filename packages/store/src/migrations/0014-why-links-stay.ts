/** For people who look at the links of a project one by one. */
export const statements: readonly string[] = [
  // LINK_REASON; null: it was rewritten, or nobody noted why it stays
  'alter table link add column reason smallint',
  // of the object that it is in: Pivot.subject
  'alter table link add column subject text',
];
