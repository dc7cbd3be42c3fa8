/** What the launchers of web servers share. */
import { request } from 'node:http';
import { Family, removeFolder, tail, untilReady } from './instance.ts';

export interface WebServer {
  /** `http://127.0.0.1:PORT/` */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly folder: string;
  /** The folder that is served, as the file system has it. */
  readonly root: string;
  readonly pid: number | undefined;
  pids(): number[];
  pause(): void;
  resume(): void;
  kill(): Promise<void>;
  restart(): Promise<void>;
  log(): string;
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Any answer will do. */
function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({ host, port, method: 'OPTIONS', path: '/', timeout: 1_000, agent: false }, (answer) => {
      answer.resume();
      resolve(true);
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(false));
    asked.end();
  });
}

export async function startWebServer(options: {
  readonly name: string;
  readonly command: string;
  readonly args: string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly folder: string;
  readonly root: string;
  readonly output: string;
  readonly host: string;
  readonly port: number;
}): Promise<WebServer> {
  const { folder, output, host, port } = options;
  const family = new Family({
    command: options.command,
    args: options.args,
    folder,
    output,
    ...(options.env === undefined ? {} : { env: options.env }),
  });
  const start = async (): Promise<void> => {
    family.start();
    await untilReady(family, () => answers(host, port), options.name, 30_000);
  };
  let stopped = false;
  const stop = async (): Promise<void> => {
    if (stopped) return;
    stopped = true;
    await family.kill();
    family.dismissGuardian();
    removeFolder(folder);
  };
  try {
    await start();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: `http://${host}:${port}/`,
    host,
    port,
    folder,
    root: options.root,
    get pid() {
      return family.pid;
    },
    pids: () => family.processes().map((row) => row.pid),
    pause: () => family.pause(),
    resume: () => family.resume(),
    kill: () => family.kill(),
    restart: async () => {
      await family.kill();
      await start();
    },
    log: () => tail(output),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
