/** `sterna copy` and `sterna restore`: one mailbox or drive through the engine, without server or license. */
export { backupAddress, type CopyEndpoint, parseCopyEndpoint, refuseSameEndpoint, type Side } from './endpoint.ts';
export type { CopyFailure } from './pair-store.ts';
export {
  type CopyForecast,
  type CopyHooks,
  type CopyRequest,
  type CopyResult,
  forecastCopy,
  runCopy,
} from './run.ts';
