import type { Connector, Flags, SystemConfig } from '@sterna/connector-kit';
import type { Material } from './material.ts';

/** An object (a message, unless the fixture has other material) as the suite puts it somewhere, past the connector. */
export interface SeedMessage {
  /** Decoded names from the root; `['INBOX']` is the inbox. */
  readonly folder: readonly string[];
  readonly raw: Buffer;
  readonly flags: Flags;
  /** Whole seconds. */
  readonly date: Date;
}

/** An object as it is found, past the connector. */
export interface FoundMessage {
  readonly folder: readonly string[];
  readonly raw: Buffer;
  /** Without \Recent. */
  readonly flags: Flags;
  /** Undefined where the system keeps none. */
  readonly date: Date | undefined;
  /** Files: as the system has it. */
  readonly name?: string;
}

/** Which of several messages of one folder is meant: by its bytes, a file by its material's `nameOf`; of twins the first. */
export interface PickMessage {
  readonly folder: readonly string[];
  readonly raw: Buffer;
}

/**
 * One empty mailbox of the system under test, and a second way to it: everything here but `connector` goes past the
 * connector, so that a misunderstanding on both of its sides can't cancel out.
 */
export interface SuiteEndpoint {
  readonly connector: Connector;
  readonly system: SystemConfig;
  readonly address: string;
  /**
   * Adds messages, in this order, making folders as needed. Files are called as the material's `nameOf` says, their
   * modification time is `date`.
   */
  seed(messages: readonly SeedMessage[]): Promise<void>;
  /** Everything that is there, byte by byte; without Sterna's own leftovers, `.sterna-*.part` and `.sterna-uploads`. */
  dump(): Promise<readonly FoundMessage[]>;
  /** Decoded paths of all folders, empty ones included, without the root. */
  folders(): Promise<readonly (readonly string[])[]>;
  /** Replaces the flags of one message. Absent where nobody but Sterna can do that. */
  setFlags?(which: PickMessage, flags: Flags): Promise<void>;
  remove?(which: PickMessage): Promise<void>;
  /** Puts other content into one object, which keeps its name. Absent for mail, which never changes. */
  replace?(which: PickMessage, raw: Buffer): Promise<void>;
  /** Absent where a move can't be told from removing and adding. */
  move?(which: PickMessage, to: readonly string[]): Promise<void>;
  /** Makes an empty folder. Absent where there is no such thing. */
  makeFolder?(path: readonly string[]): Promise<void>;
  /** Names of what Sterna itself left behind, anywhere. */
  leftovers?(): Promise<readonly string[]>;
  dispose(): Promise<void>;
}

export interface SuiteFixture {
  make(): Promise<SuiteEndpoint>;
  /** What is put there; default: mail. */
  readonly material?: Material;
  /** Folders, or the account, may hold other kinds too, each of which is a container of its own. */
  readonly mixed?: boolean;
  /** The account is one container, which is called as the material's home: one file. */
  readonly oneCollection?: boolean;
  /** The containers are the system's own, and there are no others: mailbox settings. */
  readonly fixedContainers?: boolean;
  /** Whether the color and description of a calendar or address book are kept where it is made. Default: both. */
  readonly keepsLook?: { readonly color: boolean; readonly description: boolean };
  /** The server takes a second object under the natural key of another, whatever the standard says. */
  readonly allowsTwinKeys?: boolean;
  /** Objects share a file: the lines of each are kept, the calendar around them is the file's own. */
  readonly sharesWrapper?: boolean;
  /** Reading back names everything in the container; nothing but the content tells which of it is new. */
  readonly readsBackAll?: boolean;
  /** What was listed is read as it was then, by the same session, though it is gone since. Default: false. */
  readonly readsAsListed?: boolean;
  /** Whether seeded flags and keywords are kept: false for folders of .eml. */
  readonly keepsFlags: boolean;
  /** Keywords may be any text: what IMAP could not hold is kept. Default: false. */
  readonly freeKeywords?: boolean;
  /** Each run of a listing ends with a cursor of its own, though nothing changed. Default: false. */
  readonly freshCursors?: boolean;
  /** A listing tells the size in the store, which isn't that of the message as it is read. Default: false. */
  readonly estimatesSizes?: boolean;
  /** Whether the received date of a seeded message is kept. */
  readonly keepsDates: boolean;
  /** Files: false where a listing tells when a file was stored, and only reading it its own date. Default: true. */
  readonly listsDates?: boolean;
  /** Files: a folder and a file of one name can both be in a folder, as with S3's keys. */
  readonly folderBesideFile?: boolean;
  /** Labels of awkward objects that can't be seeded exactly: mbox adds a missing last line end. */
  readonly notSeedable?: readonly string[];
  /** Enough messages for three pages of a listing. Default 1,100; 0 where the system lists all at once. */
  readonly pagedMessages?: number;
  /** Folder names beyond ASCII, spaces and nesting that the system must show as they are. Default: a few. */
  readonly folderNames?: readonly (readonly string[])[];
}
