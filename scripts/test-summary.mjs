/** Prints `<n> passed, <m> failed` from vitest's JSON report (argument 1), after the names of what failed. */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

let files = [];
try {
  files = JSON.parse(readFileSync(process.argv[2], 'utf8')).testResults;
} catch {
  console.log('The tests did not run to their end.');
}
const tests = files.flatMap((file) => file.assertionResults.map((test) => ({ ...test, file: file.name })));
const failed = tests.filter(({ status }) => status === 'failed');
const skipped = tests.filter(({ status }) => status !== 'failed' && status !== 'passed');
// A file that doesn't load, or whose set-up fails, has no failed test of its own.
const broken = files.filter((file) => file.status === 'failed' && !failed.some((test) => test.file === file.name));

for (const { file, fullName } of failed) console.log(`failed: ${relative('.', file)}: ${fullName}`);
for (const { name } of broken) console.log(`failed: ${relative('.', name)}: the file as a whole`);
if (skipped.length > 0) console.log(`${skipped.length} skipped`);
console.log(`${tests.length - failed.length - skipped.length} passed, ${failed.length + broken.length} failed`);
