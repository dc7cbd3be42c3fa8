import { join, resolve } from 'node:path';
import { limitReach } from '@sterna/connector-kit';
import { connectors } from '@sterna/connectors';
import { SternaError } from '@sterna/core';
import { AsideFolder, type EngineDependencies, startWorker } from '@sterna/engine';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { createServer } from '../http/create-server.ts';
import { SignInLimit } from '../http/sign-in-limit.ts';
import { openProvider } from '../identity/provider.ts';
import { addressGuard, allowedPlacesOf, reachOf } from '../outbound/address-guard.ts';
import { notificationTransport } from '../outbound/transport.ts';
import { startBatchDriver } from './batch-driver.ts';
import { type Installation, openInstallation } from './installation.ts';
import { createLog } from './log.ts';
import { startNotificationDriver } from './notification-driver.ts';
import { startRemigrationDriver } from './remigration-driver.ts';

export const SERVICES = ['api', 'worker'] as const;
export type Service = (typeof SERVICES)[number];
export const DEFAULT_PORT = 7420;
const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/i;

export interface StartOptions {
  /** 0 takes any free port. */
  readonly port?: number | undefined;
  /** Only an address given on purpose is anything but loopback. */
  readonly host?: string | undefined;
  readonly dataDir: string;
  readonly databaseUrl?: string | undefined;
  readonly services?: readonly Service[] | undefined;
  /** Passes at a time in this process. */
  readonly concurrency?: number | undefined;
  readonly leaseSeconds?: number | undefined;
  /** A TLS proxy stands in front: cookies are marked Secure. */
  readonly tlsProxy?: boolean | undefined;
  readonly version: string;
  readonly log?: Logger | undefined;
}

export interface RunningServer {
  /** Absent without the service `api`. */
  readonly url: string | undefined;
  /** Orderly: answers what was asked, lets passes go at their next safe point. */
  close(): Promise<void>;
}

/** The whole product in one process, or the chosen part of it. The one place where everything is put together. */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  const log = options.log ?? createLog({ level: process.env.STERNA_LOG_LEVEL || 'info' });
  const services = options.services ?? SERVICES;
  const concurrency = options.concurrency ?? 4;
  // Nobody but this machine's own people asks a server on loopback. Workers alone work for an API elsewhere.
  const isLocal = services.includes('api') && LOOPBACK.test(options.host ?? '127.0.0.1') && options.tlsProxy !== true;
  const reach = isLocal ? undefined : reachOf(allowedPlacesOf(process.env.STERNA_PRIVATE_HOSTS));
  limitReach(reach);
  const installation = await openInstallation({
    dataDir: options.dataDir,
    databaseUrl: options.databaseUrl,
    log,
    // A pass uses a few at a time; the API, the listeners and the lease renewals need theirs at all times.
    maxConnections: 10 + 3 * concurrency,
  });
  const closing: (() => Promise<void>)[] = [() => installation.close()];
  const close = async (): Promise<void> => {
    for (const end of closing.splice(0).reverse()) await end();
  };
  try {
    let url: string | undefined;
    if (services.includes('worker')) {
      const worker = startWorker(engineDependencies(installation, resolve(options.dataDir), log), {
        concurrency,
        ...(options.leaseSeconds === undefined ? {} : { leaseSeconds: options.leaseSeconds }),
      });
      closing.push(() => worker.stop());
    }
    if (services.includes('api')) {
      const driver = startRemigrationDriver(installation.application, log);
      closing.push(() => driver.stop());
      const batches = startBatchDriver(installation.application, log);
      closing.push(() => batches.stop());
      const notifications = startNotificationDriver(
        installation.application,
        notificationTransport({ reach, version: options.version }),
        log,
      );
      closing.push(() => notifications.stop());
      const app = await createServer({
        application: installation.application,
        version: options.version,
        log,
        secureCookies: options.tlsProxy === true,
        signInLimit: new SignInLimit(),
        provider:
          installation.provider === undefined
            ? undefined
            : openProvider(installation.provider, addressGuard({ reach })),
      });
      closing.push(() => app.close());
      const host = options.host ?? '127.0.0.1';
      url = await listen(app, host, options.port ?? DEFAULT_PORT);
      if (!LOOPBACK.test(host) && options.tlsProxy !== true)
        log.warn(
          { host },
          'other machines can reach this server without TLS: put a TLS proxy in front, and say --tls-proxy',
        );
    }
    log.info({ url, services, database: installation.database.place, dataDir: options.dataDir }, 'started');
    return { url, close };
  } catch (thrown) {
    await close().catch((err) => log.error({ err }, 'closing failed'));
    throw thrown;
  }
}

function engineDependencies(installation: Installation, dataDir: string, log: Logger): EngineDependencies {
  return {
    pool: installation.database.pool,
    secrets: installation.secrets,
    connectors,
    aside: new AsideFolder(join(dataDir, 'overwritten')),
    log: ({ level, message, ...event }) => {
      const write = level === 'error' ? log.error : level === 'warn' ? log.warn : log.debug;
      write.call(log, event, typeof message === 'string' ? message : 'engine');
    },
  };
}

async function listen(app: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code;
    if (code === 'EADDRINUSE') {
      throw new SternaError('config', 'port-in-use', `Port ${port} on ${host} is in use.`, {
        field: '--port',
        fix: 'End the other program (perhaps another Sterna), or choose another port.',
        cause: thrown,
      });
    }
    if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new SternaError('config', 'address-unusable', `Can't listen on ${host} port ${port} (${code}).`, {
        field: '--host',
        fix: 'Choose an address of this machine and a port above 1023.',
        cause: thrown,
      });
    }
    throw thrown;
  }
}
