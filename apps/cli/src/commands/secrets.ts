import type { Command } from 'commander';
import { handle } from '../context.ts';
import { DEFAULT_DATA_DIR } from './serve.ts';

interface RotateOptions {
  readonly data: string;
  readonly resealOnly: boolean;
}

export function registerSecrets(program: Command): void {
  const secrets = program.command('secrets').description('The key that seals stored passwords.');
  const rotate = secrets
    .command('rotate')
    .summary('a new key, and everything sealed with it')
    .description(
      'Adds a key to the key file and seals all stored passwords with it. Safe to repeat; servers may run meanwhile. ' +
        'Copy the key file to other machines that run workers, and keep a copy of it: it is the recovery kit.',
    )
    .option('--data <dir>', 'data folder (or DATABASE_URL)', DEFAULT_DATA_DIR)
    .option('--reseal-only', 'no new key: seal with the last one what others have sealed', false);
  handle<[], RotateOptions>(rotate, async ({ options }) => {
    const { rotateSecrets } = await import('@sterna/server/secrets');
    const done = await rotateSecrets({
      dataDir: options.data,
      databaseUrl: process.env.DATABASE_URL || undefined,
      add: !options.resealOnly,
    });
    return {
      data: done,
      text: () => [
        `${done.resealed} of ${done.values} stored secrets were sealed anew, all with the last of ${done.keys} keys.`,
        `The key file ${done.keyFile} has changed: keep a new copy of it away from this machine.`,
      ],
    };
  });
}
