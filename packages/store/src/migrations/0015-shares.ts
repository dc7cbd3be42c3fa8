/** Work of one huge pass for several workers. */
export const statements: readonly string[] = [
  // Of a worker that takes part in a pass: the owner of the pass's own leases.
  'alter table lease add column within text',
  'create index lease_within on lease (within) where within is not null',
  // shares_open: other workers may take shares of it. most_workers: its own one and those that help it, at once.
  'alter table pass add column shares_open boolean not null default false',
  'alter table pass add column most_workers smallint not null default 4',
  `create table pass_share (
     pass_id bigint not null references pass,
     number integer not null,
     kind smallint not null,
     -- of the to-do of source containers: [{"container": 1, "from": 1, "to": 9}], both ends included
     ranges jsonb not null,
     -- left: given up, perhaps with writes of unknown outcome; nobody takes it before those are settled
     state text not null default 'free' check (state in ('free', 'taken', 'done', 'left')),
     owner text,
     -- what others than the pass's own worker have done of it
     objects integer not null default 0,
     bytes bigint not null default 0,
     failed integer not null default 0,
     -- why the whole pass has to end
     error jsonb,
     primary key (pass_id, number)
   )`,
];
