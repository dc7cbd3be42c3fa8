import { DirectDrive } from '@sterna/simulator-google';
import { startFaultProxy } from '@sterna/test-servers';
import { expect } from 'vitest';
import { googleDriveTree } from '../support/google-drive.ts';
import { startGoogle } from '../support/watched-simulators.ts';
import type { BareStage } from './bare-stage.ts';
import type { DriveTarget } from './drive-target.ts';

/** Somebody's My Drive, or a shared drive, empty, behind a proxy that says when a request of a kind came. */
export async function googleDriveTarget(stage: BareStage, isShared = false): Promise<DriveTarget> {
  const server = await startGoogle({ empty: true });
  const { hostname, port } = new URL(server.baseUrl);
  const proxy = await startFaultProxy({ target: { host: hostname, port: Number(port) }, protocol: 'raw' });
  stage.later(async () => {
    await proxy.stop();
    await server.stop();
    expect(server.failures).toEqual([]);
  });
  // Addresses of uploads lead through the proxy, too.
  const baseUrl = `http://${proxy.host}:${proxy.port}`;
  server.cloud.baseUrl = baseUrl;
  const admin = 'alice@nordwind.example';
  const own = new DirectDrive(server, admin);
  const shared = isShared
    ? own.corpus.createDrive('nordwind.example', 'Team', 'team', own.person, server.clock.now()).id
    : undefined;
  return {
    target: googleDriveTree(new DirectDrive(server, admin, shared)),
    openUploads: async () => [],
    endpoint: {
      connector: 'google',
      // The large files of the scenario are six pieces and more.
      settings: { baseUrl, tokenUrl: `${baseUrl}/token`, uploadPieceBytes: 4 * 262_144, admin },
      address: shared ?? admin,
      password: JSON.stringify(server.keyFile),
      itemType: 'drive',
    },
    proxy,
  };
}
