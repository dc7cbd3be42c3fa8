#!/usr/bin/env bash
# Format and lint (Biome), import rules (dependency-cruiser, .dependency-cruiser.cjs), types (tsc). Runs all three and
# fails if any did.
set -u
cd "$(dirname "$0")/.."
export PATH="$PWD/node_modules/.bin:$PATH"
failed=0

biome check --error-on-warnings . || failed=1
node --import ./scripts/import-rules/older-typescript.mjs node_modules/dependency-cruiser/bin/dependency-cruise.mjs \
  --config .dependency-cruiser.cjs packages apps simulators test-servers e2e bench || failed=1
tsc -p tsconfig.json || failed=1
# The dashboard runs in browsers: other libraries, and JSX.
tsc -p apps/web || failed=1
exit "$failed"
