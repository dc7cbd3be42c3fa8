import { type FaultProxy, startFaultProxy } from '@sterna/test-servers';
import { putMail } from '../../support/put-mail.ts';
import type { WebStage } from '../support/stage.ts';

/** A project as it looks on the evening of a cutover, made by real passes between the real servers of the stage. */
export interface DemoProject {
  readonly id: number;
  /** Completed with failures; more to see than elsewhere. */
  readonly failed: number;
  /** Completed: the one to ask about a remigration. */
  readonly completed: number;
  readonly running: readonly number[];
  close(): Promise<void>;
}

const FIRST = ['Anna', 'Ben', 'Clara', 'David', 'Elif', 'Femi', 'Greta', 'Hugo', 'Ines', 'Jonas'];
const LAST = ['Adler', 'Brandt', 'Costa', 'Duarte'];
const PEOPLE = LAST.flatMap((last, row) =>
  FIRST.map((first) => ({
    name: `${first} ${last}`,
    user: `${first}.${last}`.toLowerCase(),
    batch: row === 0 ? 'Pilot' : row < 3 ? 'Office' : 'Workshop',
  })),
);

/** Over this the target refuses a message. */
export const LARGEST = 100_000;

export async function makeDemoProject(stage: WebStage): Promise<DemoProject> {
  const line = await startFaultProxy({ target: stage.source });
  const { client } = stage;
  const project = await stage.project({
    name: 'Kestrel joins Tern',
    entries: PEOPLE.map(({ name, user, batch }) => ({
      sourceAddress: `${user}@kestrel.example`,
      targetAddress: `${user}@tern.example`,
      displayName: name,
      batch,
    })),
    licenses: 60,
    systems: {
      source: await stage.system('Kestrel mail', line),
      target: await stage.system('Tern mail', stage.target),
    },
  });
  const idOf = (n: number): number => project.entries[n]?.id ?? 0;
  const addressOf = (n: number): string => project.entries[n]?.sourceAddress ?? '';
  await client.grantLicenses({ body: { type: 'mail', tier: 'trial', quantity: 10, note: 'for trying out' } });

  // Pilot and office: done, but for those with a story of their own.
  const [failed, waiting, locked] = [3, 6, 8];
  // The last batch to start: it runs while the pictures are taken.
  const running = [1, 4, 23, 24, 25, 26];
  const done = Array.from({ length: 23 }, (_, n) => n).filter((n) => !running.includes(n));
  for (const n of done) stage.fill(addressOf(n), 24 + ((n * 7) % 40), { folders: 4 + (n % 5), seed: n + 1 });
  for (const [n, subject] of ['Floor plans', 'Photos of the fair', 'Recording of the kick-off'].entries())
    putMail(stage.source.mailRoot(addressOf(failed)), { subject, size: LARGEST * (2 + n) });
  stage.source.adopt(addressOf(failed));
  stage.target.setQuota(addressOf(waiting).replace('kestrel', 'tern'), { bytes: 10_000 });
  await client.updateEntry({ params: { id: idOf(locked) }, body: { sourceCredentials: { password: 'changed' } } });
  await client.bulkEntries({
    params: { id: project.id },
    body: { act: { action: 'start' }, entryIds: done.map(idOf) },
  });
  for (const n of done.filter((one) => one !== waiting)) await stage.idle(idOf(n));
  for (const n of [0, 2, 5]) {
    await client.verifyEntry({ params: { id: idOf(n) }, body: {} });
    await stage.idle(idOf(n));
  }
  // Somebody has emptied an inbox.
  const empty = ['SELECT INBOX', 'STORE 1:* +FLAGS.SILENT (\\Deleted)', 'EXPUNGE'];
  await stage.target.rawCommand(project.entries[2]?.targetAddress ?? '', ...empty);
  await client.beginRemigration({
    params: { id: idOf(10) },
    body: { reason: 'configuration changed', note: 'archive folders go below Archive' },
  });
  pastHour(stage, project.id);

  // Over a long line, so that there is something to see.
  for (const n of running) stage.fill(addressOf(n), 3_000 + n * 20, { folders: 8, seed: n + 1 });
  line.delayMs = { toServer: 300, toClient: 300 };
  await client.bulkEntries({
    params: { id: project.id },
    body: { act: { action: 'start' }, entryIds: running.map(idOf) },
  });
  const underWay = async (): Promise<boolean> => {
    const { items } = await client.listPasses({ query: { projectId: project.id, limit: 100 } });
    return items.filter((pass) => pass.status === 'running' && moved(pass.progress)).length >= 2;
  };
  await stage.until('two passes are well under way', underWay, 120_000);
  return {
    id: project.id,
    failed: idOf(failed),
    completed: idOf(2),
    running: running.map(idOf),
    close: () => closeLine(line),
  };
}

const moved = (progress: unknown): boolean => ((progress as { objects?: number } | undefined)?.objects ?? 0) > 50;

async function closeLine(line: FaultProxy): Promise<void> {
  line.cutAll();
  await line.stop();
}

/** The chart shows hours; nobody waits for hours to take a picture. */
function pastHour(stage: WebStage, projectId: number): void {
  stage.postgres.query(`
    insert into throughput (organization_id, project_id, minute, objects, bytes)
    select organization_id, id, date_trunc('minute', now()) - n * interval '1 minute', objects, objects * 41000
      from project, generate_series(3, 170) n,
           lateral (select (2600 + 900 * sin(n / 9.0) + 300 * sin(n / 2.3) - 9 * n)::bigint objects) o
     where project.id = ${projectId}
    on conflict do nothing`);
}
