import type { FastifyInstance } from 'fastify';

/** Stands where the dashboard (apps/web) will: it takes over `/` and every page path outside of /api. */
const PAGE = `<!doctype html>
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
<p>Use the <code>sterna</code> command, or the API described at <a href="/api/openapi.json">/api/openapi.json</a>.</p>
<p>Not set up yet? Run <code>sterna setup</code>. <a href="/api/health">Health</a> says whether it is.</p>
</main>
</body>
</html>
`;

export function addPages(app: FastifyInstance): void {
  app.get('/', { schema: { hide: true } }, async (_request, reply) =>
    reply.type('text/html; charset=utf-8').send(PAGE),
  );
}
