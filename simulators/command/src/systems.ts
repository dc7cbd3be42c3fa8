import { startGoogle } from '@sterna/simulator-google';
import { MIGRATION_APP, startMicrosoft365 } from '@sterna/simulator-microsoft365';

export interface StartOptions {
  readonly port: number;
  readonly seed: string;
  readonly size: 'small' | 'medium' | 'large';
}

export interface Running {
  /** What the command prints: where it serves, whom it has, and how a connector reaches it. */
  readonly about: {
    readonly baseUrl: string;
    readonly users: readonly string[];
    /** As the connector's settings file has them. */
    readonly connectorSettings: Readonly<Record<string, string>>;
    /** The app's secret or the service account's key file, which the connector takes as password; it opens nothing but this simulator. */
    readonly password: string;
  };
  stop(): Promise<void>;
}

/** Name → start. */
export const SYSTEMS: Readonly<Record<string, (options: StartOptions) => Promise<Running>>> = {
  async microsoft365(options) {
    const server = await startMicrosoft365({ ...options, limits: 'documented' });
    const { baseUrl } = server;
    return {
      about: {
        baseUrl,
        users: server.tenants.flatMap(({ users }) => [...users.values()].map(({ mail }) => mail)),
        connectorSettings: { baseUrl, loginUrl: baseUrl, clientId: MIGRATION_APP.id },
        password: MIGRATION_APP.secret,
      },
      stop: () => server.stop(),
    };
  },
  async google(options) {
    const server = await startGoogle({ ...options, limits: 'documented' });
    const { baseUrl } = server;
    return {
      about: {
        baseUrl,
        users: server.domains.flatMap(({ users }) => [...users.values()].map(({ primaryEmail }) => primaryEmail)),
        connectorSettings: { baseUrl, tokenUrl: `${baseUrl}/token` },
        password: JSON.stringify(server.keyFile),
      },
      stop: () => server.stop(),
    };
  },
};
