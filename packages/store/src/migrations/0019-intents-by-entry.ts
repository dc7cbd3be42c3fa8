/**
 * Everybody who asks for intents asks for those of one entry, and the ones that end are named by their operations: one
 * index has both. With two of one column each, a database that had no statistics yet (a new one, until autovacuum's
 * first round) ended every batch by way of all that the entry had ever had under way.
 */
export const statements: readonly string[] = [
  'alter table intent drop constraint intent_pkey',
  'drop index intent_entry',
  'alter table intent add primary key (entry_id, op)',
];
