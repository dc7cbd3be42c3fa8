import type { ChangeLog } from '@sterna/simulator-kit';
import type { Drive } from '../drive/drive.ts';
import type { DriveItem } from '../drive/item.ts';
import type { ChannelMessage } from './message.ts';

export const MEMBERSHIP_TYPES = ['standard', 'private', 'shared'] as const;
export type MembershipType = (typeof MEMBERSHIP_TYPES)[number];

export interface Tab {
  readonly id: string;
  displayName: string;
  readonly teamsAppId: string;
  configuration: TabConfiguration;
}

export interface TabConfiguration {
  readonly entityId: string | null;
  readonly contentUrl: string | null;
  readonly websiteUrl: string | null;
  readonly removeUrl: string | null;
}

/** Who may put messages of the past into a channel. */
export interface Migration {
  /** The id of the app that began it; nobody else may import or complete. */
  readonly app: string;
  /** Imported messages must be later, in milliseconds. */
  readonly after: number;
}

export interface Channel {
  /** `19:…@thread.tacv2` */
  readonly id: string;
  readonly teamId: string;
  readonly isGeneral: boolean;
  displayName: string;
  description: string | null;
  isFavoriteByDefault: boolean | null;
  readonly membershipType: MembershipType;
  createdAt: number;
  /** Set once a migration moved `createdAt` into the past. */
  originalCreatedAt: number | null;
  migration: Migration | 'completed' | undefined;
  isArchived: boolean;
  /** Of a private or shared channel: ids of users, and whether they own it. */
  readonly members: Map<string, 'owner' | 'member'>;
  readonly tabs: Tab[];
  /** Where its files are; a standard channel's is a folder of its team's library, which keeps its name. */
  readonly files: { readonly drive: Drive; readonly folder: DriveItem } | undefined;
  readonly messages: Map<string, ChannelMessage>;
  readonly log: ChangeLog;
}

export function migrationOf(channel: Channel): Migration | undefined {
  return typeof channel.migration === 'object' ? channel.migration : undefined;
}

/** Messages that aren't replies, newest first. */
export function rootsOf(channel: Channel): ChannelMessage[] {
  return visible(channel)
    .filter(({ replyToId }) => replyToId === null)
    .sort((a, b) => b.createdAt - a.createdAt);
}

/** Newest first. */
export function repliesTo(channel: Channel, message: ChannelMessage): ChannelMessage[] {
  return visible(channel)
    .filter(({ replyToId }) => replyToId === message.id)
    .sort((a, b) => b.createdAt - a.createdAt);
}

function visible(channel: Channel): ChannelMessage[] {
  return [...channel.messages.values()].filter(({ hidden }) => !hidden);
}
