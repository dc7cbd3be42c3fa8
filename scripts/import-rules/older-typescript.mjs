/**
 * Preloaded into dependency-cruiser (`node --import`): gives it TypeScript 5, from this folder's node_modules, to parse
 * with, because it can't use the TypeScript 7 that compiles the project. Its other parser, swc, fails on `using`.
 */
import { createRequire, registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(import.meta.url);
const older = new Map(
  ['typescript', 'typescript/package.json'].map((name) => [name, pathToFileURL(require.resolve(name)).href]),
);

registerHooks({
  resolve(specifier, context, next) {
    const url = older.get(specifier);
    return url === undefined ? next(specifier, context) : { url, shortCircuit: true };
  },
});
