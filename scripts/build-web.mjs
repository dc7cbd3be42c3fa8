/**
 * Builds the dashboard into apps/web/dist, if its sources or its packages changed since the last time. The new files go
 * beside the old ones and index.html changes last, so that a server may run and two builds may meet: whoever loads the
 * old page still finds what it names.
 *
 * Plain JavaScript for any Node from 20 on: it starts Vite with the pinned Node where that is there.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';

const OLD_FILE_MS = 24 * 3600_000;
/** What was built: in dist, so that it goes with it. */
const STAMP = '.built-from';

export async function buildWeb(root) {
  const web = join(root, 'apps/web');
  const dist = join(web, 'dist');
  if (!existsSync(join(web, 'index.html'))) return;
  const stamp = await fingerprint(root, web);
  const before = await readFile(join(dist, STAMP), 'utf8').catch(() => '');
  if (before === stamp && existsSync(join(dist, 'index.html'))) return;

  const fresh = join(web, `dist/.building-${process.pid}`);
  try {
    await runVite(root, web, fresh);
    await publish(fresh, dist);
    await writeFile(join(dist, STAMP), stamp);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/** Of every source, and of the versions of the packages that it is made with. */
async function fingerprint(root, web) {
  const hash = createHash('sha256');
  const add = (name, content) => hash.update(`${name}\0${content.length}\0`).update(content);
  const sources = await readdir(join(web, 'src'), { recursive: true, withFileTypes: true });
  const files = [
    ...['index.html', 'package.json', 'vite.config.ts', 'vite-plugins.ts', 'tsconfig.json'].map((name) =>
      join(web, name),
    ),
    ...(await readdir(join(web, 'public'))).map((name) => join(web, 'public', name)),
    ...sources.filter((one) => one.isFile()).map((one) => join(one.parentPath ?? one.path, one.name)),
  ].sort();
  for (const file of files) add(file.slice(web.length), await readFile(file));
  const { dependencies, devDependencies } = JSON.parse(await readFile(join(web, 'package.json'), 'utf8'));
  for (const name of Object.keys({ ...dependencies, ...devDependencies }).sort()) {
    for (const folder of [join(web, 'node_modules'), join(root, 'node_modules')]) {
      const manifest = await readFile(join(folder, name, 'package.json')).catch(() => undefined);
      if (manifest === undefined) continue;
      add(name, manifest);
      break;
    }
  }
  return hash.digest('hex');
}

async function runVite(root, web, outDir) {
  const pinned = join(root, 'node_modules/node/bin/node');
  const node = existsSync(pinned) ? pinned : process.execPath;
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  await promisify(execFile)(node, [vite, 'build', '--outDir', outDir, '--emptyOutDir', '--logLevel', 'warn'], {
    cwd: web,
    // Else whoever has it set to something else gets React for developers, with the paths of this folder in it.
    env: { ...process.env, NODE_ENV: 'production' },
  }).catch((error) => {
    console.error(error.stdout ?? '', error.stderr ?? '');
    throw Object.assign(new Error('The dashboard could not be built.', { cause: error }), { errors: [] });
  });
}

/** Compressed beforehand: once here instead of for every visitor. */
async function publish(fresh, dist) {
  await mkdir(join(dist, 'assets'), { recursive: true });
  const current = new Set();
  for (const name of await readdir(join(fresh, 'assets'))) {
    const content = await readFile(join(fresh, 'assets', name));
    current.add(name);
    if (/\.(js|css|svg)$/.test(name)) {
      current.add(`${name}.br`);
      const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };
      await put(join(dist, 'assets', `${name}.br`), await promisify(brotliCompress)(content, quality));
    }
    await put(join(dist, 'assets', name), content);
  }
  const top = (await readdir(fresh)).filter((name) => name !== 'assets' && name !== 'index.html');
  for (const name of top) await put(join(dist, name), await readFile(join(fresh, name)));
  await put(join(dist, 'index.html'), await readFile(join(fresh, 'index.html')));
  for (const name of await readdir(join(dist, 'assets'))) {
    const path = join(dist, 'assets', name);
    if (current.has(name)) continue;
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
    if (Date.now() - mtimeMs > OLD_FILE_MS) await rm(path, { force: true });
  }
}

async function put(path, content) {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, content);
  await rename(temporary, path);
}
