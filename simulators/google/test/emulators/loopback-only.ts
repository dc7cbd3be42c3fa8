import { Server } from 'node:net';

/**
 * Makes this process listen on loopback alone, for programs that can't be told to: imported before them.
 */
const listen = Server.prototype.listen as unknown as (...args: unknown[]) => Server;
Server.prototype.listen = function (this: Server, ...args: unknown[]): Server {
  const callback = args.find((arg) => typeof arg === 'function');
  const port = typeof args[0] === 'object' && args[0] !== null ? (args[0] as { port?: number }).port : args[0];
  return listen.call(this, { port: Number(port ?? 0), host: '127.0.0.1' }, callback);
} as unknown as typeof Server.prototype.listen;
