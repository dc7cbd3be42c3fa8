/**
 * How much was migrated in each minute, for the chart and the forecast of the overview; and since when a system asks
 * for less.
 */
export const sql = /* sql */ `
create table throughput (
  organization_id bigint not null references organization,
  -- 0: of no project (a backup, a restore)
  project_id bigint not null,
  minute timestamptz not null,
  objects bigint not null,
  bytes bigint not null,
  primary key (organization_id, minute, project_id)
) with (fillfactor = 70);

-- What of a pass's progress is in throughput: whoever goes on with it counts from here, so nothing counts twice.
alter table pass
  add column counted_objects bigint not null default 0,
  add column counted_bytes bigint not null default 0;
-- What passes did before is not of this minute.
update pass set counted_objects = coalesce((progress->>'objects')::bigint, 0),
                counted_bytes = coalesce((progress->>'bytes')::bigint, 0)
 where status in ('queued', 'running', 'pending');

alter table budget add column throttled_since timestamptz;
`;

export const statements: readonly string[] = [sql];
