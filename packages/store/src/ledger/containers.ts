import type { ContentKind } from '@sterna/core';
import type { Pool, PoolClient } from 'pg';
import { KIND_CODE, kindOf } from '../codes.ts';

export const SOURCE = 0;
export const TARGET = 1;
export type Side = typeof SOURCE | typeof TARGET;

export interface ContainerRow {
  readonly side: Side;
  readonly id: number;
  readonly kind: ContentKind;
  readonly key: string;
  readonly path: readonly string[];
  role: string | undefined;
  targetContainer: number | undefined;
  cursor: string | undefined;
  /** Pass whose listing `cursor` is in the middle of. */
  listingPass: number | undefined;
  listingMode: 'full' | 'delta' | undefined;
  /** Last pass whose listing is planned whole (source), or whose inventory was taken (target). */
  listedPass: number | undefined;
  glance: string | undefined;
  total: number;
  /** Target: `Container.generation` that the target ids in the ledger belong to. */
  generation: string | undefined;
  gone: boolean;
  /** What decided over filtered objects at the last listing: filters and license tier. */
  planVersion: string | undefined;
  /** Source: version of the folder's own rights that its counterpart has. */
  accessVersion: string | undefined;
  /** `Container.position` of the last listing that is in the books whole. */
  position: string | undefined;
  /** `Container.address` */
  address: string | undefined;
  /** Source: the pass since which the links of all its objects are known; undefined: they weren’t looked for. */
  linksFrom: number | undefined;
}

export async function loadContainers(pool: Pool | PoolClient, entryId: number): Promise<ContainerRow[]> {
  const { rows } = await pool.query('select * from container where entry_id = $1 order by side, id', [entryId]);
  return rows.map((row) => ({
    side: row.side,
    id: row.id,
    kind: kindOf(row.kind),
    key: row.key,
    path: row.path,
    role: row.role ?? undefined,
    targetContainer: row.target_container ?? undefined,
    cursor: row.cursor ?? undefined,
    listingPass: row.listing_pass ?? undefined,
    listingMode: row.listing_mode ?? undefined,
    listedPass: row.listed_pass ?? undefined,
    glance: row.glance ?? undefined,
    total: Number(row.total),
    generation: row.generation ?? undefined,
    gone: row.gone,
    planVersion: row.plan_version ?? undefined,
    accessVersion: row.access_version ?? undefined,
    position: row.position ?? undefined,
    address: row.address ?? undefined,
    linksFrom: row.links_from ?? undefined,
  }));
}

/** Inserts or rewrites containers whole, in one statement. */
export async function saveContainers(
  client: Pool | PoolClient,
  entryId: number,
  containers: readonly ContainerRow[],
): Promise<void> {
  if (containers.length === 0) return;
  await client.query(
    `insert into container (entry_id, side, id, kind, key, path, role, target_container, cursor, listing_pass, listing_mode,
            listed_pass, glance, total, generation, gone, plan_version, access_version, position,
            address, links_from)
     select $1, c.side, c.id, c.kind, c.key, array(select jsonb_array_elements_text(c.path)), c.role, c.target_container,
            c.cursor, c.listing_pass, c.listing_mode, c.listed_pass, c.glance, c.total, c.generation,
            c.gone, c.plan_version, c.access_version, c.position, c.address, c.links_from
       from jsonb_to_recordset($2::jsonb) as c(side smallint, id integer, kind smallint, key text, path jsonb, role text,
            target_container integer, cursor text, listing_pass integer, listing_mode text, listed_pass integer,
            glance text, total bigint, generation text, gone boolean, plan_version text, access_version text,
            position text, address text, links_from integer)
     on conflict (entry_id, side, id) do update
        set path = excluded.path, role = excluded.role, target_container = excluded.target_container,
            cursor = excluded.cursor, listing_pass = excluded.listing_pass, listing_mode = excluded.listing_mode,
            listed_pass = excluded.listed_pass, glance = excluded.glance, total = excluded.total,
            generation = excluded.generation, gone = excluded.gone, plan_version = excluded.plan_version,
            access_version = excluded.access_version, position = excluded.position,
            address = excluded.address, links_from = excluded.links_from`,
    [
      entryId,
      JSON.stringify(
        containers.map((c) => ({
          side: c.side,
          id: c.id,
          kind: KIND_CODE[c.kind],
          key: c.key,
          path: c.path,
          role: c.role ?? null,
          target_container: c.targetContainer ?? null,
          cursor: c.cursor ?? null,
          listing_pass: c.listingPass ?? null,
          listing_mode: c.listingMode ?? null,
          listed_pass: c.listedPass ?? null,
          glance: c.glance ?? null,
          total: c.total,
          generation: c.generation ?? null,
          gone: c.gone,
          plan_version: c.planVersion ?? null,
          access_version: c.accessVersion ?? null,
          position: c.position ?? null,
          address: c.address ?? null,
          links_from: c.linksFrom ?? null,
        })),
      ),
    ],
  );
}
