import type { Command } from 'commander';
import { handle } from '../context.ts';
import { fieldsAnswer } from '../io/answer.ts';
import { connectAsStranger } from '../remote/connect.ts';
import { VERSION } from '../version.ts';

export function registerVersion(program: Command): void {
  const version = program.command('version').description('Version of this program, and of the server if one answers.');
  handle(version, async ({ options }) => {
    const { client, baseUrl } = await connectAsStranger(options);
    const health = await client.getHealth().catch(() => undefined);
    const data = {
      sterna: VERSION,
      node: process.version,
      server: health === undefined ? undefined : { url: baseUrl, version: health.version, setUp: health.setUp },
    };
    return fieldsAnswer(data, [
      ['sterna', VERSION],
      ['node', process.version],
      [
        'server',
        health === undefined
          ? `none at ${baseUrl}`
          : `${health.version} at ${baseUrl}${health.setUp ? '' : ' (not set up)'}`,
      ],
    ]);
  });
}
