import { describeReader, describeWriter } from '@sterna/connector-suite';
import { folderFixture } from './fixture.ts';

describeReader('files', folderFixture());
describeWriter('files', folderFixture());
describeWriter('files, as Windows names them', folderFixture('windows'));
