export type { ServerContext } from './http/context.ts';
export { createServer } from './http/create-server.ts';
export { type Installation, openInstallation } from './start/installation.ts';
export { createLog } from './start/log.ts';
export {
  DEFAULT_PORT,
  type RunningServer,
  SERVICES,
  type Service,
  type StartOptions,
  startServer,
} from './start/start-server.ts';
