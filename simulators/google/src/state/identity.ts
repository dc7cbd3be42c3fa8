import type { Domain, User } from './domain.ts';
import type { Project } from './project.ts';

/** Who calls, by the access token. */
export interface Identity {
  readonly domain: Domain;
  readonly user: User;
  readonly clientId: string;
  readonly project: Project;
  /** Whole scopes. */
  readonly scopes: ReadonlySet<string>;
}
