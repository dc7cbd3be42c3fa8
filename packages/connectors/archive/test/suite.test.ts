import { describeObjects, describeReader, describeWriter } from '@sterna/connector-suite';
import { emlFixture } from './eml-fixture.ts';
import { maildirFixture } from './maildir-fixture.ts';
import { mboxFixture } from './mbox-fixture.ts';
import { fileFixture, folderFixture } from './objects-fixture.ts';

const FIXTURES = {
  maildir: maildirFixture('maildir'),
  archive: maildirFixture('archive'),
  mbox: mboxFixture,
  eml: emlFixture,
};

for (const [name, fixture] of Object.entries(FIXTURES)) {
  describeReader(name, fixture);
  describeWriter(name, fixture);
}

for (const kind of ['event', 'task', 'contact'] as const) {
  const format = kind === 'contact' ? 'vcf' : 'ics';
  describeObjects(`a folder of .${format}`, folderFixture(kind, format));
  describeObjects(`one .${format}`, fileFixture(kind));
  describeObjects('archive', folderFixture(kind, 'archive'));
}
