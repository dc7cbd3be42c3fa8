import type { Actor, Context } from '@sterna/application';
import type { Logger } from 'pino';
import type { Provider } from '../identity/provider.ts';
import type { SignInLimit } from './sign-in-limit.ts';

export type { Actor, Context } from '@sterna/application';

/** What the API needs: the application's context, and how to talk about itself. */
export interface ServerContext {
  readonly application: Context;
  readonly version: string;
  readonly log: Logger;
  /** The listener speaks TLS, or a proxy in front of it does: cookies are then marked Secure. */
  readonly secureCookies: boolean;
  readonly signInLimit: SignInLimit;
  /** Where people may sign in without a password of ours. */
  readonly provider?: Provider | undefined;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; set before validation, on every route that isn't public. */
    actor: Actor | undefined;
  }
  interface FastifyContextConfig {
    /** From the contract; routes without one are pages, open to all. */
    scope?: 'public' | 'self' | 'read' | 'operate' | 'admin';
  }
}
