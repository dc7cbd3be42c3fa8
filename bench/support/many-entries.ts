import { performance } from 'node:perf_hooks';
import { openDatabase } from '@sterna/store';
import type { Postgres } from '@sterna/test-servers';

export interface RunningPass {
  readonly id: number;
  readonly entryId: number;
}

/**
 * Fills a project straight in its database: entries in every state, each but those not started with a pass. 500 of
 * them run: half of those at the top of the list, where everybody looks, half anywhere.
 *
 * @returns the passes that run
 */
export async function fillProject(postgres: Postgres, projectId: number, entries: number): Promise<RunningPass[]> {
  postgres.query(`
    insert into entry (organization_id, project_id, item_type, source_system_id, target_system_id, source_address,
                       target_address, display_name, batch, status)
    select p.organization_id, p.id, 'mailbox', p.source_system_id, p.target_system_id,
           'person.' || n || '@old.example', 'person.' || n || '@new.example',
           (array['Ada','Ben','Cleo','Dora','Emil','Frida'])[1 + n % 6] || ' ' ||
           (array['Adler','Brandt','Costa','Diaz','Engel','Fischer','Gruber'])[1 + n % 7],
           'Wave ' || (1 + n / 5000),
           case when n <= 500 and n % 2 = 0 or n > 500 and n % 198 = 0 then 'running'
                when n % 7 = 0 then 'not started' when n % 11 = 0 then 'completed with failures'
                when n % 97 = 0 then 'failed' when n % 53 = 0 then 'pending' else 'completed' end
      from project p, generate_series(1, ${entries}) n where p.id = ${projectId};
    insert into pass (entry_id, number, kind, status, settings, settings_version, requested_by, started_at, ended_at,
                      progress, result)
    select e.id, 1, 'initial', e.status, '{}', '1', 'bench', now() - interval '1 hour',
           case when e.status in ('running', 'pending') then null else now() end,
           '{"phase": "transfer", "container": "INBOX", "objects": 10, "planned": 5000, "bytes": 100000, "failed": 0,
             "objectsPerSecond": 40, "bytesPerSecond": 400000, "etaSeconds": 125, "throttledUntil": null}',
           case when e.status in ('running', 'pending') then null else '{}'::jsonb end
      from entry e where e.project_id = ${projectId} and e.status <> 'not started';
    analyze`);
  return postgres
    .query(
      `select p.id, p.entry_id from pass p join entry e on e.id = p.entry_id
        where e.project_id = ${projectId} and p.status = 'running' order by p.id`,
    )
    .map((line) => {
      const [id, entryId] = line.split('|').map(Number);
      return { id: id as number, entryId: entryId as number };
    });
}

/**
 * What hundreds of workers would do: each update is the progress of a pass in its row and as an event; four a second
 * are passes that end or begin.
 */
export async function startUpdates(
  url: string,
  running: readonly RunningPass[],
  perSecond: number,
): Promise<{ rate(): number; stop(): Promise<void> }> {
  const database = await openDatabase({ dataDir: '/nonexistent', url });
  const startedAt = performance.now();
  let sent = 0;
  let stopped = false;
  const some = (from: number, count: number): number[] =>
    Array.from({ length: count }, (_, n) => running[(from + n) % running.length]?.id ?? 0);
  const progress = (ids: readonly number[]) =>
    database.pool.query(
      `with done as (
         update pass set progress = progress || jsonb_build_object('objects', (progress->>'objects')::int + 7,
                                                                   'bytes', (progress->>'bytes')::bigint + 70000)
          where id = any($1) and status = 'running' returning id, entry_id)
       select pg_notify('sterna_event', json_build_object('type', 'progress', 'entryId', entry_id, 'passId', id)::text)
         from done`,
      [ids],
    );
  const turn = (ids: readonly number[], status: 'completed' | 'running') =>
    database.pool.query(
      `with done as (update pass set status = $2 where id = any($1) returning id, entry_id),
            told as (update entry set status = $2 where id in (select entry_id from done))
       select pg_notify('sterna_event', json_build_object('type', 'pass', 'entryId', entry_id, 'passId', id)::text)
         from done`,
      [ids, status],
    );
  const run = async (): Promise<void> => {
    const TICK_MS = 20;
    for (let tick = 0; !stopped; tick++) {
      // As many as are due: a slow moment is made up for.
      const due = Math.floor(((performance.now() - startedAt) / 1_000) * perSecond) - sent;
      if (due > 0) {
        await progress(some(sent, due));
        sent += due;
      }
      if (tick % 50 === 0) {
        await turn(some(tick, 2), 'completed');
        await turn(some(tick - 50 + running.length, 2), 'running');
        sent += 4;
      }
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    }
  };
  const ended = run();
  return {
    rate: () => sent / ((performance.now() - startedAt) / 1_000),
    async stop() {
      stopped = true;
      await ended;
      await database.close();
    },
  };
}
