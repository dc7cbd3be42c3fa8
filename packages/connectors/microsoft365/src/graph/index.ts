export { BATCH_SIZE, type BatchItem, type BatchResult, batch } from './batch.ts';
export { type GraphAnswer, GraphClient, type GraphRequest, type GraphStream, quoted, segment } from './client.ts';
export { CLOUDS } from './clouds.ts';
export { codeOf, errorCodesOf, isOutcomeUnknown, statusOf } from './errors.ts';
export { DIRECTORY_LIMITS, DRIVE_LIMITS, OUTLOOK_LIMITS } from './limits.ts';
export type { GraphPage, Removed } from './page.ts';
export { AppTokens } from './token-source.ts';
