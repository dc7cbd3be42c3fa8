import type { Connector, SystemConfig } from '@sterna/connector-kit';
import type { ContentKind } from '@sterna/core';

/** An event, task or contact as it is found, past the connector. */
export interface FoundObject {
  /** Name of its calendar or address book. */
  readonly collection: string;
  /** One object in the kind's pivot format. */
  readonly raw: Buffer;
}

/** One empty account of the system under test; everything here but `connector` goes past the connector. */
export interface ObjectEndpoint {
  readonly connector: Connector;
  readonly system: SystemConfig;
  readonly address: string;
  /** Makes the collection where there is none, and adds these objects to it. */
  seed(collection: string, objects: readonly Buffer[]): Promise<void>;
  dump(): Promise<readonly FoundObject[]>;
  /** As a person would who edits the object of this UID. */
  change(collection: string, uid: string, raw: Buffer): Promise<void>;
  remove(collection: string, uid: string): Promise<void>;
  dispose(): Promise<void>;
}

export interface ObjectFixture {
  readonly kind: ContentKind;
  make(): Promise<ObjectEndpoint>;
  /** The account is one collection: a file. */
  readonly isOneCollection?: boolean;
  /** Whether a collection's color and description are kept. */
  readonly keepsLook?: boolean;
}
