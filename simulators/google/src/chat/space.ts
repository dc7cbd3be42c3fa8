import type { Domain, User } from '../state/domain.ts';

export type Role = 'ROLE_MEMBER' | 'ROLE_MANAGER' | 'ROLE_ASSISTANT_MANAGER';

/** Somebody who writes: a user of any domain, or an app. */
export type Person = { readonly user: User; readonly domain: Domain } | { readonly app: string; readonly id: string };

export interface Membership {
  readonly id: string;
  readonly person: Person;
  role: Role;
  /** Milliseconds. */
  readonly createdAt: number;
  /** Of a membership of the past. */
  readonly deletedAt: number | undefined;
}

export interface Attachment {
  readonly id: string;
  readonly name: string;
  readonly contentType: string;
  /** Uploaded, or a file of Drive by its id. */
  readonly of: { readonly bytes: Buffer; readonly key: string } | { readonly driveFileId: string };
}

export interface Reaction {
  readonly id: string;
  readonly unicode: string;
  readonly by: Person;
}

export interface Message {
  /** `BBB.BBB` */
  readonly id: string;
  /** `client-…`, as its app called it. */
  readonly clientId: string | undefined;
  readonly sender: Person;
  /** With markup: `*bold*`, `<users/123>`, `<https://…|words>`. */
  markup: string;
  readonly threadId: string;
  readonly isReply: boolean;
  /** Milliseconds; shown with microseconds, as the service does. */
  readonly createdAt: number;
  editedAt: number | undefined;
  deletedAt: number | undefined;
  readonly attachments: readonly Attachment[];
  readonly reactions: Reaction[];
}

export interface Space {
  readonly id: string;
  readonly domain: Domain;
  displayName: string;
  description: string;
  readonly createdAt: number;
  /** Who made it, and for which project. */
  readonly creatorId: string;
  readonly projectNumber: string;
  /** Until then it is being imported, or is gone; undefined: it is its people's. */
  importUntil: number | undefined;
  /** Whether it was ever made to be imported. */
  readonly importExpires: number | undefined;
  readonly members: Map<string, Membership>;
  readonly messages: Map<string, Message>;
  /** Threads by the key that an app gave them. */
  readonly threadKeys: Map<string, string>;
  /** Uploads that no message has yet, by token. */
  readonly uploads: Map<string, Omit<Attachment, 'id'>>;
}

export const personId = (person: Person): string => ('app' in person ? person.id : person.user.id);

export const isMember = (space: Space, userId: string): boolean =>
  [...space.members.values()].some(({ person, deletedAt }) => personId(person) === userId && deletedAt === undefined);
