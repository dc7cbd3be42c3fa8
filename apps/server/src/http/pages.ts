import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FastifyInstance, FastifyReply } from 'fastify';

/** Stands where the dashboard would be in a checkout that wasn't built. */
const NOT_BUILT = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sterna</title>
<style>
  :root { color-scheme: light dark }
  body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem }
</style>
</head>
<body>
<main>
<h1>Sterna is running</h1>
<p>Its dashboard has not been built: run <code>npm run build</code>. Meanwhile use the <code>sterna</code> command, or
the API described at <a href="/api/openapi.json">/api/openapi.json</a>.</p>
<p>Not set up yet? Run <code>sterna setup</code>. <a href="/api/health">Health</a> says whether it is.</p>
</main>
</body>
</html>
`;

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  woff2: 'font/woff2',
  woff: 'font/woff',
};

/** A name as the build gives it: it can't lead out of the folder. */
const FILE_NAME = /^[A-Za-z0-9_-][A-Za-z0-9_.-]*\.(css|js|svg|woff2?)$/;
/** Files whose names don't change with their content. */
const PLAIN_FILE = /^\/([a-z-]+\.(?:js|svg))$/;

/**
 * The dashboard: its files, and its one page for every path that is neither a file nor the API's (the paths of pages
 * are known to the browser's part alone). `folder` is apps/web/dist.
 */
export function addPages(app: FastifyInstance, folder = findDashboard()): void {
  app.get<{ Params: { name: string } }>('/assets/:name', { schema: { hide: true } }, async (request, reply) => {
    const { name } = request.params;
    if (!FILE_NAME.test(name) || folder === undefined) return reply.callNotFound();
    const path = join(folder, 'assets', name);
    const compressed = /\bbr\b/.test(String(request.headers['accept-encoding'] ?? ''))
      ? await readFile(`${path}.br`).catch(() => undefined)
      : undefined;
    const content = compressed ?? (await readFile(path).catch(() => undefined));
    if (content === undefined) return reply.callNotFound();
    if (compressed !== undefined) reply.header('content-encoding', 'br');
    // The name holds a hash of the content.
    return sendFile(reply, name, content, 'public, max-age=31536000, immutable').header('vary', 'accept-encoding');
  });
  app.get('/*', { schema: { hide: true } }, async (request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '/';
    if (path === '/api' || path.startsWith('/api/') || path.startsWith('/assets/')) return reply.callNotFound();
    const file = PLAIN_FILE.exec(path)?.[1];
    if (file !== undefined) {
      const content = folder === undefined ? undefined : await readFile(join(folder, file)).catch(() => undefined);
      return content === undefined ? reply.callNotFound() : sendFile(reply, file, content, 'no-cache');
    }
    // Read each time: a build may have replaced it, and what it named before is gone one day.
    const page = folder === undefined ? undefined : await readFile(join(folder, 'index.html')).catch(() => undefined);
    return reply.type('text/html; charset=utf-8').send(page ?? NOT_BUILT);
  });
}

function sendFile(reply: FastifyReply, name: string, content: Buffer, cache: string): FastifyReply {
  const type = TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
  return reply.type(type).header('cache-control', cache).send(content);
}

/** This file is in apps/server/src, or bundled in apps/cli/dist: the dashboard is a neighbour of both. */
function findDashboard(): string | undefined {
  for (let folder = import.meta.dirname; dirname(folder) !== folder; folder = dirname(folder)) {
    const dist = join(folder, 'web/dist');
    // Even before it is built: a server that runs takes it from then on.
    if (existsSync(join(folder, 'web/index.html')) || existsSync(join(dist, 'index.html'))) return dist;
  }
  return undefined;
}
