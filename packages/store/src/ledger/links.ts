import type { ContentKind, LinkReason } from '@sterna/core';
import type { Pool, PoolClient } from 'pg';
import { KIND_CODE, kindOf, LINK_REASON, STATE_CODE, VERB_CODE } from '../codes.ts';

/** An address in an object of the source, and what its copy has instead; undefined: the same. */
export interface LinkRow {
  readonly address: string;
  readonly targetAddress: string | undefined;
}

/** A link as it is to be, with why it stays where it does. */
export interface DecidedLink extends LinkRow {
  readonly reason?: LinkReason;
}

/** What became of the links of an entry, counted by link. */
export interface LinkBooks {
  /** Those that could lead to something of a source system; `rewritten` + `left`. */
  readonly found: number;
  readonly rewritten: number;
  /** They lead to nothing that was migrated in the project, or stay for what `links` is set to. */
  readonly left: number;
}

/** Copies that say what their objects said when they were prepared. */
export const WRITTEN = `l.target_id is not null and l.gone_pass is null
  and l.state in (${STATE_CODE.created}, ${STATE_CODE.updated}, ${STATE_CODE.unchanged})`;

/** What an object's links are from now on, in their order. */
export async function saveLinks(
  client: PoolClient,
  entryId: number,
  pass: number,
  src: Buffer,
  links: readonly DecidedLink[],
  /** `Pivot.subject` */
  subject: string | undefined,
): Promise<void> {
  await client.query('delete from link where entry_id = $1 and src = $2 and place >= $3', [entryId, src, links.length]);
  if (links.length === 0) return;
  await client.query(
    `insert into link (entry_id, src, place, address, target_address, reason, pass, subject)
     select $1, $2, n.place - 1, n.address, n.target_address, n.reason, $3, $7
       from unnest($4::text[], $5::text[], $6::smallint[]) with ordinality as n(address, target_address, reason, place)
     on conflict (entry_id, src, place) do update
        set address = excluded.address, target_address = excluded.target_address, reason = excluded.reason,
            pass = excluded.pass, subject = excluded.subject`,
    [
      entryId,
      src,
      pass,
      links.map(({ address }) => address),
      links.map(({ targetAddress }) => targetAddress ?? null),
      links.map(({ reason }) => (reason === undefined ? null : LINK_REASON[reason])),
      subject ?? null,
    ],
  );
}

/** The copy is to have the addresses that the source has. */
export async function keepLinks(client: PoolClient, entryId: number, pass: number, src: Buffer): Promise<void> {
  await client.query(
    `update link set target_address = null, reason = ${LINK_REASON.setting}, pass = $3 where entry_id = $1 and src = $2`,
    [entryId, src, pass],
  );
}

export async function linksOf(pool: Pool, entryId: number, src: Buffer): Promise<readonly LinkRow[]> {
  const { rows } = await pool.query(
    'select address, target_address from link where entry_id = $1 and src = $2 order by place',
    [entryId, src],
  );
  return rows.map((row) => ({ address: row.address, targetAddress: row.target_address ?? undefined }));
}

/** A container of the project whose address was asked for, with where its objects went. */
export interface AddressedContainer {
  readonly entryId: number;
  readonly id: number;
  readonly kind: ContentKind;
  readonly key: string;
  readonly address: string;
  readonly targetAddress: string;
}

/** Of the entry and of the others of its project. */
export async function containersAt(
  pool: Pool,
  entryId: number,
  addresses: readonly string[],
): Promise<readonly AddressedContainer[]> {
  const { rows } = await pool.query(
    `select c.entry_id, c.id, c.kind, c.key, c.address, t.address as target_address
       from unnest($2::text[]) as wanted(address)
       join container c on c.side = 0 and c.address = wanted.address
       join container t on t.entry_id = c.entry_id and t.side = 1 and t.id = c.target_container
       join entry e on e.id = c.entry_id
       join entry own on own.id = $1
      where (e.id = own.id or (e.project_id = own.project_id and e.archived_at is null)) and t.address is not null
      order by c.entry_id, c.id`,
    [entryId, addresses],
  );
  return rows.map((row) => ({
    entryId: Number(row.entry_id),
    id: row.id,
    kind: kindOf(row.kind),
    key: row.key,
    address: row.address,
    targetAddress: row.target_address,
  }));
}

/**
 * The id of the copy with this match key, where that says which object of the source it is of: not where objects may have
 * got other names on their way.
 */
export async function copyByKey(
  pool: Pool,
  { entryId, id, kind }: AddressedContainer,
  matchKey: Buffer,
): Promise<string | undefined> {
  const { rows } = await pool.query(
    `select target_id from ledger
      where entry_id = $1 and container = $2 and kind = $3 and match_key = $4 and target_id is not null
        and not exists (select 1 from pass where entry_id = $1 and settings ->> 'conflict' = 'rename')
      limit 2`,
    [entryId, id, KIND_CODE[kind], matchKey],
  );
  return rows.length === 1 ? rows[0].target_id : undefined;
}

export interface WrittenLink extends LinkRow {
  readonly src: Buffer;
  readonly container: number;
}

/** Links of copies in these source containers, page by page. */
export async function* writtenLinks(
  pool: Pool,
  entryId: number,
  containers: readonly number[],
  page = 1_000,
): AsyncGenerator<readonly WrittenLink[]> {
  let after: { readonly src: Buffer; readonly place: number } = { src: Buffer.alloc(0), place: -1 };
  for (;;) {
    const { rows } = await pool.query(
      `select k.src, k.place, k.address, k.target_address, l.container from link k
         join ledger l on l.entry_id = k.entry_id and l.src = k.src
        where k.entry_id = $1 and (k.src, k.place) > ($2, $3) and l.container = any($4) and ${WRITTEN}
        order by k.src, k.place limit $5`,
      [entryId, after.src, after.place, containers, page],
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows.map((row) => ({
      src: row.src,
      container: row.container,
      address: row.address,
      targetAddress: row.target_address ?? undefined,
    }));
    after = last;
  }
}

const PLAN = `insert into todo (entry_id, container, verb, src, src_id)
  select l.entry_id, l.container, ${VERB_CODE.replace}, l.src, l.src_id from ledger l
   where l.entry_id = $1 and ${WRITTEN}
     and not exists (select 1 from todo t where t.entry_id = l.entry_id and t.container = l.container and t.src = l.src)`;

/** These copies are written again, with the addresses that they are to have. @returns how many */
export async function planRelinking(client: PoolClient, entryId: number, srcs: readonly Buffer[]): Promise<number> {
  if (srcs.length === 0) return 0;
  const { rowCount } = await client.query(`${PLAN} and l.src = any($2)`, [entryId, srcs]);
  return rowCount ?? 0;
}

/** Objects that passes wrote before this one, which looked at no links. @returns how many */
export async function planLinkScan(
  client: PoolClient,
  entryId: number,
  pass: number,
  containers: readonly number[],
): Promise<number> {
  if (containers.length === 0) return 0;
  const { rowCount } = await client.query(`${PLAN} and l.pass < $2 and l.container = any($3)`, [
    entryId,
    pass,
    containers,
  ]);
  return rowCount ?? 0;
}

/** Of the copies that are in the target. */
export async function linkBooks(pool: Pool, entryIds: readonly number[]): Promise<ReadonlyMap<number, LinkBooks>> {
  const { rows } = await pool.query(
    `select k.entry_id, count(*)::int as found, count(k.target_address)::int as rewritten from link k
       join ledger l on l.entry_id = k.entry_id and l.src = k.src
      where k.entry_id = any($1) and ${WRITTEN} group by 1`,
    [entryIds],
  );
  return new Map(
    rows.map(({ entry_id, found, rewritten }) => [Number(entry_id), { found, rewritten, left: found - rewritten }]),
  );
}
