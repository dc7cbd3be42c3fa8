import { describeReader, describeWriter } from '@sterna/connector-suite';
import { maildirFixture } from './maildir-fixture.ts';

for (const format of ['maildir', 'archive'] as const) {
  describeReader(format, maildirFixture(format));
  describeWriter(format, maildirFixture(format));
}
