import { setTimeout as sleep } from 'node:timers/promises';
import { beginStorm, type Random, STORMS, type Storm } from '@sterna/simulator-kit';
import type { Microsoft365 } from '@sterna/simulator-microsoft365';
import type { Dovecot, OwnDisk, Postgres } from '@sterna/test-servers';

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
  /** Default: always. */
  isPossible?(servers: Servers): boolean;
  run(servers: Servers, random: Random): Promise<void>;
}

/** Nothing more can be written, until somebody makes room. */
async function whileFull(disk: OwnDisk | undefined, random: Random): Promise<void> {
  disk?.fill();
  await sleep(random.integer(...STORM_MS));
  disk?.makeRoom();
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
  {
    name: 'disk of the target’s mail full',
    weight: 3,
    isPossible: ({ target }) => target.disk !== undefined,
    run: ({ target }, random) => whileFull(target.disk, random),
  },
  {
    name: 'disk of the database full',
    weight: 2,
    isPossible: ({ postgres }) => postgres.disk !== undefined,
    async run({ postgres }, random) {
      await whileFull(postgres.disk, random);
      // It may have given up meanwhile: whoever makes room starts it again.
      await postgres.restart();
    },
  },
];

/** One of those that can happen here, by their weights. */
export function pickTrouble(random: Random, servers: Servers): Trouble {
  const possible = TROUBLES.filter((trouble) => trouble.isPossible?.(servers) ?? true);
  let left = random.next() * possible.reduce((sum, { weight }) => sum + weight, 0);
  for (const trouble of possible) {
    left -= trouble.weight;
    if (left < 0) return trouble;
  }
  return possible[0] as Trouble;
}
