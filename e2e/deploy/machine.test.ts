import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Postgres, startPostgres } from '@sterna/test-servers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { Machine, whyNoMachine } from './machine.ts';

const REPOSITORY = join(import.meta.dirname, '../..');
const NODE = '/opt/sterna/node_modules/node/bin/node';
const HEALTH = `fetch('http://127.0.0.1:7420/api/health').then((answer) => answer.text()).then(console.log)`;
const WORKERS = ['sterna-worker@1', 'sterna-worker@2'] as const;

const why = whyNoMachine();
if (why !== undefined) console.warn(`The systemd units are not started: ${why}`);

/** The commands of docs/operations.md, from those that are typed in the folder where Sterna is. */
function documented(heading: string, from: RegExp): string[] {
  const document = readFileSync(join(REPOSITORY, 'docs/operations.md'), 'utf8');
  const section = document.slice(document.indexOf(`## ${heading}\n`));
  const lines = (/```sh\n([\s\S]*?)```/.exec(section)?.[1] ?? '').trim().split('\n');
  return lines.slice(lines.findIndex((line) => from.test(line)));
}

describe.runIf(why === undefined)('on a machine with systemd', () => {
  let postgres: Postgres;
  let machine: Machine;
  beforeAll(async () => {
    expect(existsSync(join(REPOSITORY, 'apps/cli/dist')), 'run `npm run build` first').toBe(true);
    postgres = await startPostgres({ fsync: false });
    machine = await Machine.boot({ [REPOSITORY]: '/opt/sterna', [join(postgres.folder, 'socket')]: '/run/postgresql' });
  });
  afterAll(async () => {
    await machine?.destroy();
    await postgres?.stop();
  });

  const isUp = () => until('the server answers', () => machine.try(NODE, '-e', HEALTH).stdout.includes('"ok"'));
  /** Each process that runs passes has one connection that hears of them. */
  const workersAre = (count: number) =>
    until(`${count} workers have joined`, () => {
      const [listening] = postgres.query(`select count(*) from pg_stat_activity where query = 'listen sterna_pass'`);
      return Number(listening) === count;
    });
  const stopped = (unit: string) => ['ActiveState', 'Result'].map((property) => machine.show(unit, property));

  test('what the documentation says installs it: it starts, answers, and ends in order', async () => {
    for (const line of documented('Install', /^useradd/))
      if (!line.startsWith('journalctl')) machine.run('sh', '-c', `cd /opt/sterna && ${line}`);
    await isUp();
    expect(machine.run('stat', '-c', '%U %a', '/var/lib/sterna', '/var/lib/sterna/keys')).toBe(
      'sterna 700\nsterna 700\n',
    );
    machine.run('systemctl', 'stop', 'sterna');
    expect(stopped('sterna'), machine.journal('sterna')).toEqual(['inactive', 'success']);
  });

  test('workers join it, one is restarted in order, one is killed and comes back, all end', async () => {
    const url = `DATABASE_URL=postgresql://postgres@/sterna?host=/run/postgresql&port=${postgres.port}\n`;
    machine.write('/etc/sterna/environment', url);
    machine.run('systemctl', 'start', 'sterna');
    await isUp();
    machine.run('systemctl', 'enable', '--now', ...WORKERS);
    await workersAre(3);
    const [first, second] = WORKERS;
    const before = machine.show(first, 'MainPID');
    const niceness = (pid: string) => Number(machine.run('ps', '-o', 'ni=', '-p', pid));
    expect(niceness(before), 'who looks on waits for nobody’s mail').toBeGreaterThan(
      niceness(machine.show('sterna', 'MainPID')),
    );
    machine.run('systemctl', 'restart', first);
    await workersAre(3);
    expect(machine.show(first, 'MainPID')).not.toBe(before);
    expect(machine.journal(first)).not.toMatch(/Failed|killing/i);
    machine.run('systemctl', 'kill', '--signal', 'KILL', second);
    await until('it was started again', () => machine.show(second, 'NRestarts') === '1');
    await workersAre(3);
    machine.run('systemctl', 'stop', 'sterna', ...WORKERS);
    for (const unit of ['sterna', ...WORKERS])
      expect(stopped(unit), machine.journal(unit)).toEqual(['inactive', 'success']);
    expect(postgres.query(`select count(*) from pg_stat_activity where application_name like 'sterna%'`)).toEqual([
      '0',
    ]);
  });
});
