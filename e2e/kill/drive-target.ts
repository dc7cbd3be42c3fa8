import type { FaultProxy } from '@sterna/test-servers';
import type { Endpoint } from '../support/direct-pass.ts';

export interface DriveTarget {
  /** What is in it, seen on the disk of the server, or by its own client. */
  readonly target: { truth(): Record<string, string> | Promise<Record<string, string>> };
  /** Uploads of several parts that nobody completed or gave up. */
  readonly openUploads: () => Promise<readonly string[]>;
  readonly endpoint: Endpoint;
  /** In front of the server, where there is one. */
  readonly proxy: FaultProxy | undefined;
}
