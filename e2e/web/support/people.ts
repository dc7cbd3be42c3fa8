import { type Client, createClient } from '@sterna/api-contract';

export type Role = 'owner' | 'operator' | 'viewer';

export const PASSWORD = 'correct horse battery staple';
export const emailOf = (role: Role): string => `${role}@tern.example`;

/** Accounts of the stage, made when they are first needed, and signed in once each: hashing passwords takes time. */
export class People {
  readonly #baseUrl: string;
  readonly #accounts = new Map<Role, Promise<unknown>>();
  readonly #cookies = new Map<Role, Promise<string>>();
  readonly #clients = new Map<Role, Promise<Client>>();
  #owner: Client | undefined;

  constructor(baseUrl: string) {
    this.#baseUrl = baseUrl;
  }

  /** The API as the owner. */
  get owner(): Client {
    if (this.#owner === undefined) throw new Error('this stage is not set up');
    return this.#owner;
  }

  async setUp(): Promise<void> {
    const { token } = await createClient({ baseUrl: this.#baseUrl }).setUp({
      body: { organization: 'Tern Ltd', email: emailOf('owner'), password: PASSWORD },
    });
    this.#owner = createClient({ baseUrl: this.#baseUrl, token });
  }

  /** The API as somebody, by a token. */
  client(role: Role): Promise<Client> {
    return kept(this.#clients, role, async () => {
      const { token } = (await (await this.#signIn(role, { token: `test of the ${role}` })).json()) as {
        token: string;
      };
      return createClient({ baseUrl: this.#baseUrl, token });
    });
  }

  /** The value of the session cookie. */
  session(role: Role): Promise<string> {
    return kept(this.#cookies, role, async () => {
      const answer = await this.#signIn(role, {});
      const cookie = /sterna_session=([^;]+)/.exec(answer.headers.get('set-cookie') ?? '')?.[1];
      if (cookie === undefined) throw new Error(`signing in as ${role} set no session cookie`);
      return cookie;
    });
  }

  async #signIn(role: Role, more: { token?: string }): Promise<Response> {
    if (role !== 'owner')
      await kept(this.#accounts, role, () =>
        this.owner.createAccount({ body: { email: emailOf(role), password: PASSWORD, role } }),
      );
    const answer = await fetch(`${this.#baseUrl}/api/sign-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: emailOf(role), password: PASSWORD, ...more }),
    });
    if (!answer.ok) throw new Error(`signing in as ${role}: ${answer.status} ${await answer.text()}`);
    return answer;
  }
}

function kept<T>(store: Map<Role, Promise<T>>, role: Role, make: () => Promise<T>): Promise<T> {
  const known = store.get(role);
  if (known !== undefined) return known;
  const made = make();
  store.set(role, made);
  return made;
}
