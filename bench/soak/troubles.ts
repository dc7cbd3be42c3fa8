import { setTimeout as sleep } from 'node:timers/promises';
import { beginStorm, type Random, STORMS, type Storm } from '@sterna/simulator-kit';
import type { Microsoft365 } from '@sterna/simulator-microsoft365';
import type { Dovecot, Postgres } from '@sterna/test-servers';

export interface Servers {
  readonly postgres: Postgres;
  readonly cloud: Microsoft365;
  readonly source: Dovecot;
  readonly target: Dovecot;
}

const STORM_MS = [2_000, 6_000] as const;

/** One thing that goes wrong: resolves when it is over. */
export interface Trouble {
  readonly name: string;
  /** How often it is chosen, among all. */
  readonly weight: number;
  run(servers: Servers, random: Random): Promise<void>;
}

const trouble = (storm: Storm): Trouble => ({
  name: storm.name,
  weight: 2,
  async run({ cloud }, random) {
    const end = beginStorm(cloud.faults, storm, random);
    await sleep(random.integer(...STORM_MS));
    end();
  },
});

export const TROUBLES: readonly Trouble[] = [
  ...STORMS.map(trouble),
  { name: 'database restarted', weight: 2, run: ({ postgres }) => postgres.restart() },
  {
    name: 'database killed',
    weight: 2,
    async run({ postgres }, random) {
      await postgres.kill();
      await sleep(random.integer(0, 2_000));
      await postgres.restart();
    },
  },
  {
    name: 'database sessions ended',
    weight: 3,
    async run({ postgres }) {
      await postgres.killBackends();
    },
  },
  {
    name: 'database that answers nothing',
    weight: 1,
    async run({ postgres }, random) {
      postgres.pause();
      await sleep(random.integer(1_000, 4_000));
      postgres.resume();
    },
  },
  {
    name: 'IMAP sessions killed',
    weight: 4,
    async run({ source, target }, random) {
      random.pick([source, target]).killSessions();
    },
  },
  {
    name: 'IMAP server killed',
    weight: 2,
    async run({ source, target }, random) {
      const server = random.pick([source, target]);
      await server.kill();
      await sleep(random.integer(0, 2_000));
      await server.restart();
    },
  },
  {
    name: 'IMAP server that answers nothing',
    weight: 1,
    async run({ source, target }, random) {
      const server = random.pick([source, target]);
      server.pause();
      await sleep(random.integer(1_000, 4_000));
      server.resume();
    },
  },
];

/** One of them by their weights. */
export function pickTrouble(random: Random): Trouble {
  let left = random.next() * TROUBLES.reduce((sum, { weight }) => sum + weight, 0);
  for (const trouble of TROUBLES) {
    left -= trouble.weight;
    if (left < 0) return trouble;
  }
  return TROUBLES[0] as Trouble;
}
