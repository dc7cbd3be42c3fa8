import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { connectors } from '@sterna/connectors';
import {
  type Apache,
  type FaultProxy,
  startApache,
  startFaultProxy,
  startRcloneWebdav,
  type WebServer,
} from '@sterna/test-servers';
import type { Endpoint } from '../support/direct-pass.ts';
import { drive, Tree } from '../support/drive-tree.ts';
import { BareStage } from './bare-stage.ts';

export type DriveKind = 'a folder' | 'WebDAV of rclone' | 'WebDAV of Apache';

export interface DriveTarget {
  /** What is in it, seen on the disk of the server. */
  readonly target: Tree;
  readonly endpoint: Endpoint;
  /** In front of the server, where there is one. */
  readonly proxy: FaultProxy | undefined;
}

/** What the scenarios of drives share: folders, and two WebDAV servers that do things differently. */
export class DriveStage extends BareStage {
  readonly kinds: readonly DriveKind[] = ['a folder', 'WebDAV of rclone', 'WebDAV of Apache'];
  #rclone!: WebServer;
  #apache!: Apache;

  constructor() {
    super([...connectors.values()]);
  }

  override async open(): Promise<void> {
    [this.#rclone, this.#apache] = await Promise.all([startRcloneWebdav(), startApache(), super.open()]);
    this.later(() => Promise.all([this.#rclone.stop(), this.#apache.stop()]));
  }

  /** A drive of its own. */
  async target(kind: DriveKind, round: number): Promise<DriveTarget> {
    const name = `drive-${round}`;
    if (kind === 'a folder') {
      const root = this.folder(`${name}-target`);
      return { target: new Tree(root), endpoint: drive(root), proxy: undefined };
    }
    const server = kind === 'WebDAV of rclone' ? this.#rclone : this.#apache;
    const root = join(server.root, name);
    mkdirSync(root);
    if (server === this.#apache) this.#apache.adopt(root);
    const proxy = await startFaultProxy({ target: server, protocol: 'raw' });
    this.later(() => proxy.stop());
    const url = `http://${proxy.host}:${proxy.port}/${name}/`;
    return {
      target: new Tree(root),
      endpoint: { connector: 'webdav', settings: { url, retryDelaysMs: [0, 10, 50] }, address: 'user', password: 'pw' },
      proxy,
    };
  }
}
