/** `sterna copy` and `sterna restore`: one mailbox through the engine, without server or license. */
export { type CopyEndpoint, parseCopyEndpoint, refuseSameEndpoint, type Side } from './endpoint.ts';
export type { CopyFailure } from './pair-store.ts';
export { type CopyHooks, type CopyRequest, type CopyResult, runCopy } from './run.ts';
