export { BATCH_SIZE, type BatchItem, type BatchResult, batch } from './batch.ts';
export { Budget, DIRECTORY_LIMITS, DRIVE_LIMITS, OUTLOOK_LIMITS } from './budget.ts';
export { type GraphAnswer, GraphClient, type GraphRequest, type GraphStream, quoted, segment } from './client.ts';
export { type Clock, systemClock } from './clock.ts';
export { CLOUDS } from './clouds.ts';
export { codeOf, errorCodesOf, isOutcomeUnknown, statusOf } from './errors.ts';
export type { GraphPage, Removed } from './page.ts';
export { AppTokens, givenToken, type TokenSource } from './token-source.ts';
export { Transport } from './transport.ts';
