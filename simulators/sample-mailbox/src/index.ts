export { type Awkward, awkwardMessages } from './awkward.ts';
export { type BenchOptions, writeBenchMailbox } from './bench.ts';
export { growSampleMailbox } from './grow.ts';
export { SAMPLE_KEYWORDS } from './mailbox-files.ts';
export { Random } from './random.ts';
export {
  SAMPLE_FOLDERS,
  type SampleChange,
  type SampleManifest,
  type SampleOptions,
  writeSampleMailbox,
} from './sample.ts';
