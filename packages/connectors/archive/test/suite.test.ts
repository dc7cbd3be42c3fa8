import { describeReader, describeWriter } from '@sterna/connector-suite';
import { emlFixture } from './eml-fixture.ts';
import { maildirFixture } from './maildir-fixture.ts';
import { mboxFixture } from './mbox-fixture.ts';

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
