import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { connectors } from '@sterna/connectors';
import { DirectDrive, MIGRATION_APP } from '@sterna/simulator-microsoft365';
import {
  type Apache,
  type S3Server,
  startApache,
  startFaultProxy,
  startRcloneWebdav,
  startSwift,
  type WebServer,
} from '@sterna/test-servers';
import { expect } from 'vitest';
import { BucketTree } from '../support/bucket-tree.ts';
import { drive, Tree } from '../support/drive-tree.ts';
import { oneDriveTree } from '../support/one-drive-tree.ts';
import { startMicrosoft365 } from '../support/watched-simulators.ts';
import { BareStage, LONG } from './bare-stage.ts';
import type { DriveTarget } from './drive-target.ts';
import { googleDriveTarget } from './google-drive-target.ts';

export type DriveKind =
  | 'a folder'
  | 'WebDAV of rclone'
  | 'WebDAV of Apache'
  | 'S3 of Swift'
  | 'OneDrive'
  | 'Google Drive';

const none = async (): Promise<readonly string[]> => [];

/** What the scenarios of drives share: folders, two WebDAV servers that do things differently, and an object storage. */
export class DriveStage extends BareStage {
  readonly kinds: readonly DriveKind[] = [
    'a folder',
    'WebDAV of rclone',
    'WebDAV of Apache',
    'OneDrive',
    // In the long run alone: emptying still leaves a large file that was moved, whose ETag Swift tells in two ways.
    ...(LONG ? (['S3 of Swift', 'Google Drive'] as const) : []),
  ];
  #rclone!: WebServer;
  #apache!: Apache;
  /** In the long run alone. */
  #swift: S3Server | undefined;

  constructor() {
    super([...connectors.values()]);
  }

  override async open(): Promise<void> {
    [this.#rclone, this.#apache, this.#swift] = await Promise.all([
      startRcloneWebdav(),
      startApache(),
      LONG ? startSwift() : undefined,
      super.open(),
    ]);
    this.later(() => Promise.all([this.#rclone.stop(), this.#apache.stop(), this.#swift?.stop()]));
  }

  /** A drive of its own. */
  async target(kind: DriveKind, round: number): Promise<DriveTarget> {
    // Also when it is tried a second time.
    const name = this.fresh(`drive-${round}`);
    if (kind === 'a folder') {
      const root = this.folder(`${name}-target`);
      return { target: new Tree(root), openUploads: none, endpoint: drive(root), proxy: undefined };
    }
    if (kind === 'OneDrive') return this.#oneDrive();
    if (kind === 'Google Drive') return googleDriveTarget(this);
    if (kind === 'S3 of Swift') {
      if (this.#swift === undefined) throw new Error('Swift runs in the long run alone');
      const target = await new BucketTree(this.#swift, name).make();
      const proxy = await startFaultProxy({ target: this.#swift, protocol: 'raw' });
      this.later(() => proxy.stop());
      this.later(() => target.dispose());
      const endpoint = target.endpoint('.', `http://${proxy.host}:${proxy.port}`);
      return { target, openUploads: () => target.openUploads(), endpoint, proxy };
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
      openUploads: none,
      endpoint: { connector: 'webdav', settings: { url, retryDelaysMs: [0, 10, 50] }, address: 'user', password: 'pw' },
      proxy,
    };
  }

  /** Upload sessions that nobody can give up any more end by themselves, and show nothing: they aren't counted. */
  async #oneDrive(): Promise<DriveTarget> {
    const server = await startMicrosoft365({ empty: true });
    const { hostname, port } = new URL(server.baseUrl);
    const proxy = await startFaultProxy({ target: { host: hostname, port: Number(port) }, protocol: 'raw' });
    this.later(async () => {
      await proxy.stop();
      await server.stop();
      expect(server.failures).toEqual([]);
    });
    // Links in answers lead through the proxy, too.
    const baseUrl = `http://${proxy.host}:${proxy.port}`;
    server.cloud.baseUrl = baseUrl;
    server.cloud.openUrl = baseUrl;
    const address = 'alice@contoso.example';
    const target = oneDriveTree(new DirectDrive(server, address));
    const settings = {
      tenant: 'contoso.example',
      clientId: MIGRATION_APP.id,
      baseUrl,
      loginUrl: baseUrl,
      // The large files of the scenario are five pieces.
      uploadPieceBytes: 4 * 327_680,
    };
    return {
      target,
      openUploads: none,
      endpoint: {
        connector: 'microsoft365',
        settings,
        address,
        password: MIGRATION_APP.secret,
        itemType: 'drive',
      },
      proxy,
    };
  }
}
