import { type Clock, Random, Seal } from '@sterna/simulator-kit';
import type { Assumptions } from './assumptions.ts';
import { GoogleFaults } from './faults/faults.ts';
import { invalidParameter } from './http/errors.ts';
import type { FamilyName } from './http/families.ts';
import type { Quota } from './limits/quota.ts';
import type { Domain, User } from './state/domain.ts';
import { Ids } from './state/ids.ts';
import type { OAuthClient, ServiceAccount } from './state/project.ts';
import { AccessTokens } from './token/access-tokens.ts';

/** Everything that one running simulator is: its domains, clients, clock, limits and faults. */
export class Cloud {
  /** `http://127.0.0.1:PORT`, without a slash at its end; set once the server listens. */
  baseUrl = '';
  readonly clock: Clock;
  /** How long each request takes, in milliseconds of the clock. */
  latencyMs = 0;
  readonly ids: Ids;
  readonly faults = new GoogleFaults();
  readonly domains: Domain[] = [];
  /** APIs that the clients' project hasn't enabled. */
  readonly apisOff = new Set<FamilyName>();
  /** By address. */
  readonly serviceAccounts = new Map<string, ServiceAccount>();
  readonly oauthClients = new Map<string, OAuthClient>();
  readonly accessTokens: AccessTokens;
  readonly quota: Quota;
  readonly assumptions: Assumptions;
  readonly #seal: Seal;

  constructor(seed: string, clock: Clock, quota: Quota, assumptions: Assumptions) {
    this.clock = clock;
    this.quota = quota;
    this.assumptions = assumptions;
    this.ids = new Ids(new Random(`${seed}/ids`));
    const keys = new Random(`${seed}/keys`);
    this.#seal = new Seal(keys.bytes(32));
    this.accessTokens = new AccessTokens(clock, keys.bytes(32));
  }

  /** By id or name. */
  domain(key: string): Domain | undefined {
    return this.domains.find(({ id, name }) => id === key || name === key.toLowerCase());
  }

  /** The user of any domain with this id or address. */
  findUser(key: string): { domain: Domain; user: User } | undefined {
    for (const domain of this.domains) {
      const user = domain.user(key);
      if (user !== undefined) return { domain, user };
    }
    return undefined;
  }

  /** Makes a page or sync token. @param kind what it is good for, such as `messages.list/me` */
  sealToken(kind: string, content: unknown): string {
    return this.#seal.seal(kind, content);
  }

  /** Throws 400 for what wasn't sealed here for the same kind. @param parameter that it came in */
  openToken<T>(kind: string, token: string, parameter = 'pageToken'): T {
    const content = this.#seal.unseal<T>(kind, token);
    if (content === undefined) throw invalidParameter(parameter);
    return content;
  }
}
