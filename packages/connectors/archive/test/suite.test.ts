import { describeReader, describeWriter, type SuiteFixture } from '@sterna/connector-suite';
import { emlFixture } from './eml-fixture.ts';
import { maildirFixture } from './maildir-fixture.ts';
import { mboxFixture } from './mbox-fixture.ts';
import { fileFixture, folderFixture } from './objects-fixture.ts';

const COLLECTIONS = (['event', 'task', 'contact'] as const).map((kind) => {
  const format = kind === 'contact' ? 'vcf' : 'ics';
  return {
    [`a folder of .${format}, ${kind}s`]: folderFixture(kind, format),
    [`one .${format}, ${kind}s`]: fileFixture(kind),
    [`archive, ${kind}s`]: folderFixture(kind, 'archive'),
  };
});

const FIXTURES = {
  maildir: maildirFixture('maildir'),
  archive: maildirFixture('archive'),
  mbox: mboxFixture,
  eml: emlFixture,
  ...Object.assign({}, ...COLLECTIONS),
  ...Object.fromEntries(
    (['setting', 'member', 'listItem', 'page', 'post'] as const).map((kind) => [
      `archive, ${kind}s`,
      folderFixture(kind, 'archive'),
    ]),
  ),
} as Record<string, SuiteFixture>;

for (const [name, fixture] of Object.entries(FIXTURES)) {
  describeReader(name, fixture);
  describeWriter(name, fixture);
}
