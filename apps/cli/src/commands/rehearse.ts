import { randomBytes } from 'node:crypto';
import { SternaError } from '@sterna/core';
import type { Command } from 'commander';
import { handle } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { readNumber } from '../io/numbers.ts';
import { connect } from '../remote/connect.ts';
import { findProject } from '../remote/names.ts';
import { endSignal } from './serve.ts';

interface RehearseOptions {
  readonly entries: string;
  readonly scale: string;
  readonly objects?: string;
  readonly kills: string;
  readonly storms: string;
  readonly workers: string;
  readonly concurrency: string;
  readonly seed?: string;
}

export function registerRehearse(program: Command): void {
  const rehearse = program
    .command('rehearse')
    .summary('run a project between simulators, with crashes and outages, and tell what would happen')
    .description(
      'Takes a project’s settings, mapping table, user list and sizes, and runs it on this machine between simulators of both ' +
        'systems, while workers are killed and services fail; then tells what became of everything. Nothing is asked of the ' +
        'real systems, no license burns, and the project stays as it is.',
    )
    .argument('<PROJECT>', 'name or number')
    .option('--entries <number>', 'how many entries of the user list take part, chosen at random', '10')
    .option('--scale <fraction>', 'how large a stand-in is against the real mailbox or drive', '1/100')
    .option(
      '--objects <number>',
      'real messages or files of an entry that nobody has counted yet (default: as `sterna plan`)',
    )
    .option('--kills <number>', 'how often a worker is killed at work', '3')
    .option('--storms <number>', 'how often a service fails or throttles for a while', '4')
    .option('--workers <number>', 'worker processes', '2')
    .option('--concurrency <number>', 'passes of a worker at a time', '4')
    .option('--seed <text>', 'makes the choices of an earlier rehearsal again (default: random, and told)');
  handle<[string], RehearseOptions>(rehearse, async ({ options, terminal }, word) => {
    const request = {
      entries: readNumber('--entries', options.entries, 1, 1_000),
      scale: readScale(options.scale),
      objects: options.objects === undefined ? undefined : readNumber('--objects', options.objects, 1, 100_000_000),
      kills: readNumber('--kills', options.kills, 0, 1_000),
      storms: readNumber('--storms', options.storms, 0, 1_000),
      workers: readNumber('--workers', options.workers, 1, 16),
      concurrency: readNumber('--concurrency', options.concurrency, 1, 100),
      seed: options.seed ?? randomBytes(4).toString('hex'),
    };
    const client = await connect(options);
    const project = await findProject(client, word);
    const { isSound, reportLines, runRehearsal } = await import('../rehearsal/index.ts');
    const report = await runRehearsal({
      ...request,
      client,
      project,
      ended: endSignal(),
      say: (line) => terminal.say(line),
    });
    const exit: ExitCode = !isSound(report) ? EXIT.unbalanced : report.failures.length > 0 ? EXIT.someFailed : EXIT.ok;
    return { data: report, text: () => reportLines(report), exit };
  });
}

/** `1/100`, `0.01`, `1`. @throws SternaError config `scale-invalid` */
function readScale(word: string): number {
  const [, above, below = '1'] = /^(\d+(?:\.\d+)?)(?:\/(\d+))?$/.exec(word) ?? [];
  const scale = Number(above) / Number(below);
  if (scale > 0 && scale <= 1) return scale;
  throw new SternaError('config', 'scale-invalid', `"${word}" is no scale above 0 and up to 1.`, {
    field: '--scale',
    fix: 'Write for example 1/100, 0.01 or 1.',
  });
}
