import { once } from 'node:events';
import { join } from 'node:path';
import { type Client, createClient } from '@sterna/api-contract';
import { type Fleet, type Program, readyLine, startProgram } from '@sterna/server/processes';
import { Random } from '@sterna/simulator-kit';
import { type Microsoft365, startMicrosoft365 } from '@sterna/simulator-microsoft365';
import { type Postgres, startPostgres } from '@sterna/test-servers';
import { STERNA, startFleet } from '../soak/fleet.ts';
import type { Lab } from './lab.ts';
import { mailboxOf } from './microsoft365.ts';
import { KINDS, onDisk } from './objects-on-disk.ts';

export const WORKERS = 4;
export const LATENCY_MS = 20;
const PASSWORD = 'correct horse bench staple';
/** Who looks: the owner, some who run the migration, and many who only watch it. */
const PEOPLE = { operator: 5, viewer: 14 } as const;
/** So many entries at once, in one call. */
const SELECTION = 500;

/** One server and workers on a PostgreSQL, with more mailboxes to copy than there is time for. */
export interface BusyInstallation {
  readonly url: string;
  readonly serverPid: number;
  readonly postgres: Postgres;
  readonly projectId: number;
  readonly entryIds: readonly number[];
  /** Session cookies of people. */
  readonly sessions: readonly string[];
  /** Entries whose pass has begun. @throws Error where one failed */
  begun(): number;
  stop(): Promise<void>;
}

/**
 * The built program. Its workers run one pass at a time each, into mailboxes that answer after `LATENCY_MS` and take
 * four requests at once.
 *
 * @param messages of each mailbox
 */
export async function startBusyInstallation(lab: Lab, messages: number): Promise<BusyInstallation> {
  const closing: (() => unknown)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closing.splice(0).reverse()) await close();
  };
  try {
    const postgres = await startPostgres({ settings: { max_connections: '200' } });
    closing.push(() => postgres.stop());
    const cloud = await startMicrosoft365({ size: 'large', empty: true, latencyMs: LATENCY_MS });
    closing.push(() => cloud.stop());
    const program: Program = {
      command: [STERNA],
      dataDir: join(lab.folder, 'busy'),
      databaseUrl: postgres.url,
      log: join(lab.folder, 'busy.log'),
    };
    const server = startProgram(program, ['serve', '--services', 'api', '--port', '0']);
    closing.push(async () => {
      if (server.exitCode !== null || server.signalCode !== null) return;
      server.kill('SIGKILL');
      await once(server, 'exit');
    });
    const { url } = (await readyLine(server, program)) as { url: string };
    const owner = { email: 'owner@bench.example', password: PASSWORD };
    const { token } = await createClient({ baseUrl: url }).setUp({ body: { organization: 'Bench', ...owner } });
    const client = createClient({ baseUrl: url, token });
    const { projectId, entryIds } = await addProject(client, cloud, writeMessages(lab, messages));
    for (let at = 0; at < entryIds.length; at += SELECTION)
      await client.bulkEntries({
        params: { id: projectId },
        body: { entryIds: entryIds.slice(at, at + SELECTION), act: { action: 'start' } },
      });
    const sessions = await signInAll(client, url, owner.email);
    const fleet: Fleet = startFleet(program, {
      size: WORKERS,
      concurrency: 1,
      isClockWrong: false,
      random: new Random('busy'),
    });
    closing.push(() => fleet.stop());
    return {
      ...{ url, serverPid: server.pid as number, postgres, projectId, entryIds, sessions, stop },
      begun() {
        const { exitCode, signalCode } = server;
        if (exitCode !== null || signalCode !== null)
          throw new Error(`sterna serve ended by itself (${exitCode ?? signalCode}); see ${program.log}`);
        const [failed, all] = [`status in ('failed', 'completed with failures')`, 'started_at is not null'].map(
          (what) => Number(postgres.query(`select count(*) from pass where ${what}`)[0]),
        ) as [number, number];
        if (failed > 0) throw new Error(`${failed} passes have failed; see ${program.log}`);
        return all;
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function writeMessages(lab: Lab, messages: number): ReturnType<typeof onDisk> {
  const [kind] = KINDS;
  if (kind === undefined) throw new Error('there are no kinds');
  const folder = join(lab.folder, 'busy-messages');
  kind.write(folder, 0, messages);
  return onDisk(kind, folder);
}

async function addProject(
  client: Client,
  cloud: Microsoft365,
  source: ReturnType<typeof onDisk>,
): Promise<{ projectId: number; entryIds: readonly number[] }> {
  const people = [...cloud.tenant('fabrikam.example').users.values()].map((one) => one.userPrincipalName);
  const target = mailboxOf(cloud, people[0] as string);
  const system = async (name: string, { connector, settings, password }: typeof target): Promise<number> =>
    (
      await client.createSystem({
        body: {
          ...{ name, connector, settings: settings as Record<string, unknown> },
          ...(password === undefined ? {} : { credentials: { password } }),
        },
      })
    ).id;
  const { id: projectId } = await client.createProject({
    body: {
      name: 'Cutover night',
      sourceSystemId: await system('Old mail', source),
      targetSystemId: await system('New mail', target),
    },
  });
  const { entryIds } = await client.importEntries({
    params: { id: projectId },
    body: ['ItemType,SourceAddress,TargetAddress', ...people.map((to) => `mailbox,${source.address},${to}`), ''].join(
      '\n',
    ),
  });
  await client.grantLicenses({ body: { type: 'mail', quantity: people.length, note: 'bench' } });
  return { projectId, entryIds };
}

async function signInAll(client: Client, url: string, owner: string): Promise<readonly string[]> {
  const emails = [owner];
  for (const [role, count] of Object.entries(PEOPLE) as [keyof typeof PEOPLE, number][])
    for (let n = 0; n < count; n += 1) {
      const email = `${role}${n}@bench.example`;
      await client.createAccount({ body: { email, password: PASSWORD, role } });
      emails.push(email);
    }
  const sessions: string[] = [];
  for (const email of emails) {
    const answer = await fetch(`${url}/api/sign-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password: PASSWORD }),
    });
    const session = /sterna_session=([^;]+)/.exec(answer.headers.get('set-cookie') ?? '')?.[1];
    if (session === undefined) throw new Error(`${email} could not sign in: ${answer.status} ${await answer.text()}`);
    sessions.push(session);
  }
  return sessions;
}
