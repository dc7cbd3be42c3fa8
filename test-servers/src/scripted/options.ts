/** What a test chooses when it starts a scripted server. */
import type { Command } from './session.ts';
import type { StoredMessage } from './store.ts';

export const SCRIPTED_CAPABILITIES: readonly string[] = (
  'IMAP4rev1 SASL-IR LITERAL+ ID ENABLE IDLE NAMESPACE CHILDREN LIST-EXTENDED LIST-STATUS SPECIAL-USE UNSELECT ' +
  'UIDPLUS MOVE MULTIAPPEND CONDSTORE QRESYNC ESEARCH QUOTA ACL RIGHTS=kxte STATUS=SIZE'
).split(' ');

export type Handler = (command: Command) => void | Promise<void>;

export interface ScriptedImapOptions {
  /**
   * What the server announces; default `SCRIPTED_CAPABILITIES`. What it doesn't announce it doesn't do either: BAD for
   * a MOVE without MOVE, for a second message in an APPEND without MULTIAPPEND, for `{n+}` without LITERAL+, …
   */
  capabilities?: string[];
  /** Taken off the list. */
  hide?: string[];
  /** Put on the list. */
  announce?: string[];
  /** false: commands work whether announced or not. */
  enforce?: boolean;
  /** Flags that a client can set for good; default the five of the system and `\*` (any keyword). */
  permanentFlags?: string[];
  /** Flags outside PERMANENTFLAGS: dropped without a word (default, as most servers do) or answered NO. */
  unknownFlags?: 'drop' | 'refuse';
  /** Only these users, with these passwords. Default: any user, with `password`. */
  users?: Record<string, string>;
  /** default `pw` */
  password?: string;
  /** Who may sign in for others by SASL PLAIN with an authorization identity. */
  admins?: Record<string, string>;
  separator?: string;
  /** Prefix of the personal namespace; folders outside can't be made. */
  prefix?: string;
  /** Folders which every account starts with, beside INBOX (full names). */
  mailboxes?: string[];
  /** name → special use; these folders exist too. `{ Sent: '\\Sent' }` */
  specialUse?: Record<string, string>;
  /** Larger messages get NO [TOOBIG] before their literal; announced as APPENDLIMIT. */
  appendLimit?: number;
  /** Limits of every account; beyond them NO [OVERQUOTA]. */
  quota?: { bytes?: number; messages?: number };
  /** Looks at each message of an APPEND; a text refuses the command: `'[CANNOT] virus found'`. */
  accept?: (bytes: Buffer, where: { user: string; mailbox: string }) => string | undefined;
  /** Stores something else than was sent, as some servers do. */
  rewrite?: (bytes: Buffer) => Buffer;
  /** false: every message gets the time of its arrival. */
  keepDates?: boolean;
  /** true: a second message with the same bytes in a mailbox isn't stored; the first one's UID is returned. */
  collapseTwins?: boolean;
  /** More connections are greeted with BYE. */
  maxConnections?: number;
  /** The whole first line, without its line end. */
  greeting?: string;
  /** Additional items of FETCH: `{ 'X-GM-MSGID': (message) => '…' }` */
  fetchItems?: Record<string, (message: StoredMessage) => string>;
  /** Announces literals of FETCH with so many bytes more (or fewer) than it sends. */
  literalSkew?: number;
  /** By the command's name in capitals (`UID FETCH`), or `*` for all. Same as calling `on`. */
  on?: Record<string, Handler>;
}
