import { DirectDrive } from '@sterna/simulator-google';
import { startFaultProxy } from '@sterna/test-servers';
import { expect } from 'vitest';
import { googleDriveTree } from '../support/google-drive.ts';
import { startGoogle } from '../support/watched-simulators.ts';
import type { BareStage } from './bare-stage.ts';
import type { DriveTarget } from './drive-target.ts';

/** Somebody's My Drive, empty, behind a proxy that says when a request of a kind came. */
export async function googleDriveTarget(stage: BareStage): Promise<DriveTarget> {
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
  const address = 'alice@nordwind.example';
  return {
    target: googleDriveTree(new DirectDrive(server, address)),
    openUploads: async () => [],
    endpoint: {
      connector: 'google',
      // The large files of the scenario are six pieces and more.
      settings: { baseUrl, tokenUrl: `${baseUrl}/token`, uploadPieceBytes: 4 * 262_144 },
      address,
      password: JSON.stringify(server.keyFile),
      itemType: 'drive',
    },
    proxy,
  };
}
