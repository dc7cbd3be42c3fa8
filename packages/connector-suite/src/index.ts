export { describeReader } from './describe-reader.ts';
export { describeWriter } from './describe-writer.ts';
export { fileNameOf, files, namedFile } from './file-objects.ts';
export type { FoundMessage, PickMessage, SeedMessage, SuiteEndpoint, SuiteFixture } from './fixture.ts';
export { IdleClock } from './idle-clock.ts';
export {
  type GoldenResult,
  isOfLiveScope,
  type LiveAccount,
  liveAccount,
  liveScope,
  type Observation,
  report,
} from './live.ts';
export { isCopy, type Meaning, meaningOf } from './mail-meaning.ts';
export { Originals } from './mail-originals.ts';
export type { Material } from './material.ts';
export { contacts, contactsWithPictures, events, messages, tasks } from './materials.ts';
export { AWKWARD, COMMANDS, FOLDER_NAMES, HOSTILE_NAMES, INBOX, largeMessage, plain, seedOf } from './messages.ts';
export {
  listItemMaterial as listItems,
  memberMaterial as members,
  pageMaterial as pages,
  postMaterial as posts,
} from './named-objects.ts';
export { rooted, scoped, sparing } from './scoped.ts';
export { settingFixture } from './setting-fixture.ts';
export { filterMaterial as filters, settingMaterial as settings } from './setting-objects.ts';
export { VirtualClock } from './virtual-clock.ts';
