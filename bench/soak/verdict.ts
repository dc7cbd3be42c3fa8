import { execFileSync } from 'node:child_process';
import { environment, type Program } from '@sterna/server/processes';
import { differenceOf } from '../support/maildir-contents.ts';
import type { Mailbox } from './crowd.ts';
import { STERNA } from './fleet.ts';
import type { Product } from './product.ts';
import type { Servers } from './troubles.ts';

/** What both sides hold in the end, counted past the product, and what its books and its license ledger say. */
export interface Verdict {
  /** In the sources. */
  readonly objects: number;
  readonly lost: number;
  readonly duplicated: number;
  /** Entries without a completed pass whose books balance, and passes that ended with books that don't. */
  readonly unbalanced: number;
  /** Entries without exactly one burned license, and what is wrong with the ledger itself. */
  readonly licensesWrong: number;
  /** The first of what is wrong, in words. */
  readonly examples: readonly string[];
  /** Of entries whose target differs: what the product noted and what the service was asked. */
  readonly evidence: readonly unknown[];
}

const EXAMPLES = 20;

export async function judge(product: Product, servers: Servers, program: Program): Promise<Verdict> {
  const examples: string[] = [];
  const evidence: unknown[] = [];
  let [objects, lost, duplicated] = [0, 0, 0];
  for (const { mailbox, entryId } of product.travellers) {
    const [source, target] = [await mailbox.source(), await mailbox.target()];
    for (const count of source.values()) objects += count;
    const { missing, extra } = differenceOf(source, target);
    lost += missing;
    duplicated += extra;
    if (missing + extra === 0) continue;
    if (evidence.length < EXAMPLES) evidence.push(evidenceOf(entryId, mailbox, servers));
    for (const line of new Set([...source.keys(), ...target.keys()]))
      if (source.get(line) !== target.get(line))
        examples.push(
          `entry ${entryId} (${mailbox.from}): ${source.get(line) ?? 0} in the source, ${target.get(line) ?? 0} in the target: ${line.slice(0, 300)}`,
        );
  }
  for (const failure of servers.cloud.failures) examples.push(`the simulator has a fault of its own: ${failure}`);
  const unbalanced = await countUnbalanced(product, servers, examples);
  const licensesWrong = await countWrongLicenses(product, servers, program, examples);
  return { objects, lost, duplicated, unbalanced, licensesWrong, examples: examples.slice(0, EXAMPLES), evidence };
}

function evidenceOf(entryId: number, { from, to }: Mailbox, { postgres, cloud }: Servers): unknown {
  const rows = (table: string, order: string): unknown[] =>
    postgres
      .query(`select to_jsonb(t) from ${table} t where entry_id = ${entryId} order by ${order}`)
      .map((row) => JSON.parse(row));
  return {
    entryId,
    from,
    passes: rows('pass', 'number'),
    ledger: rows('ledger', 'src_id'),
    containers: rows('container', 'side, id'),
    notes: rows('object_note', 'id'),
    intents: rows('intent', 'op'),
    requests: cloud.requests.filter(({ target }) => target.includes(from) || target.includes(to)),
  };
}

async function countUnbalanced(product: Product, { postgres }: Servers, examples: string[]): Promise<number> {
  const latest = await product.latestPasses();
  let unbalanced = 0;
  for (const { entryId, mailbox } of product.travellers) {
    const pass = latest.get(entryId);
    if (pass?.status === 'completed' && pass.books?.balanced === true) continue;
    unbalanced += 1;
    examples.push(
      `entry ${entryId} (${mailbox.from}): its pass is ${pass?.status ?? 'missing'}: ${JSON.stringify(pass?.error ?? pass?.books)}`,
    );
  }
  const [earlier] = postgres.query(
    `select count(*) from pass where ended_at is not null and result->>'balanced' = 'false'`,
  );
  if (Number(earlier) > 0) examples.push(`${earlier} passes ended with books that don't balance`);
  return unbalanced + Number(earlier);
}

async function countWrongLicenses(
  product: Product,
  { postgres }: Servers,
  program: Program,
  examples: string[],
): Promise<number> {
  const entries = product.travellers.length;
  const burned = new Map(
    postgres
      .query(`select entry_id, count(*) from license_event where kind = 'burn' group by entry_id`)
      .map((row) => row.split('|').map(Number) as [number, number]),
  );
  let wrong = 0;
  for (const { entryId } of product.travellers)
    if (burned.get(entryId) !== 1) {
      wrong += 1;
      examples.push(`entry ${entryId} has burned ${burned.get(entryId) ?? 0} licenses`);
    }
  const balances = await product.licenses();
  const mail = balances.find(({ type, tier }) => type === 'mail' && tier === 'standard');
  if (mail?.granted !== entries || mail.burned !== entries || mail.available !== 0 || mail.assigned !== 0) {
    wrong += 1;
    examples.push(`${entries} mailboxes, yet the licenses are ${JSON.stringify(mail)}`);
  }
  try {
    const args = ['ledger', 'verify', '--database', '--data', program.dataDir];
    execFileSync(STERNA, args, { env: environment(program), stdio: 'pipe' });
  } catch (error) {
    wrong += 1;
    examples.push(`sterna ledger verify: ${(error as { stderr?: Buffer }).stderr ?? error}`);
  }
  return wrong;
}
