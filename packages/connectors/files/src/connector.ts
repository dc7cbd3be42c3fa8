import { constants } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { resolve } from 'node:path';
import type {
  CheckLine,
  Connector,
  DiscoveredItem,
  OpenRequest,
  ParsedEndpoint,
  Session,
  SystemConfig,
} from '@sterna/connector-kit';
import { type ItemType, SternaError } from '@sterna/core';
import { capabilitiesOf } from './capabilities.ts';
import { discoverDrives } from './discover.ts';
import { aborted, asFilesError } from './errors.ts';
import { probe, unprobed } from './probe.ts';
import { FilesReader } from './reader.ts';
import { Root } from './root.ts';
import { type FilesSettings, filesSettings, placeOf, SELF, splitPattern } from './settings.ts';
import { FilesWriter } from './writer.ts';

/** A folder of a disk or of a share that is mounted: whatever files are in it. */
export const filesConnector: Connector = {
  name: 'files',
  title: 'Folder of files',
  kinds: ['file'],
  itemTypes: ['drive'],
  canRead: true,
  canWrite: true,
  settings: filesSettings,
  schemes: ['files'],

  parseUrl(url: string): ParsedEndpoint {
    const rest = /^files:(.*)$/s.exec(url)?.[1];
    if (rest === undefined) throw badUrl('scheme', 'The URL must begin with files:');
    let path: string;
    try {
      // `files:///x` and `files:/x` name the same folder.
      path = decodeURIComponent(rest.replace(/^\/\/(?=\/)/, ''));
    } catch {
      throw badUrl('path', 'The path holds a “%” that is no percent-encoding; write it as %25');
    }
    if (path === '') throw badUrl('path', 'A path must follow files:');
    if (path.includes('\0')) throw badUrl('path', 'A path holds no NUL');
    if (path.startsWith('//')) throw badUrl('host', 'The folder is on this machine: the URL has no host');
    const full = resolve(path);
    return {
      settings: { path: full, names: 'posix' },
      address: SELF,
      credentials: {},
      label: `files:${full}`,
    };
  },

  async check(system: SystemConfig, address?: string): Promise<readonly CheckLine[]> {
    try {
      const settings = settingsOf(system);
      const hasPlaceholder = splitPattern(settings.path).pattern.length > 0;
      const place =
        address === undefined && hasPlaceholder
          ? { base: splitPattern(settings.path).base, below: [] }
          : placeOf(settings, address ?? SELF);
      const root = await Root.open(place, { create: false });
      try {
        return [...(await linesOf(root)), ...linesOfNames(settings)];
      } finally {
        await root.close();
      }
    } catch (thrown) {
      const { message, fix } = asFilesError(thrown, 'the folder');
      return [{ name: 'folder', ok: false, evidence: message, ...(fix === undefined ? {} : { fix }) }];
    }
  },

  async *discover(system: SystemConfig, itemType: ItemType, signal?: AbortSignal): AsyncIterable<DiscoveredItem> {
    if (itemType === 'drive') yield* discoverDrives(settingsOf(system), signal);
  },

  async open(request: OpenRequest): Promise<Session> {
    const settings = settingsOf(request.system);
    if (request.signal.aborted) throw aborted();
    const isTarget = request.role === 'write';
    const root = await Root.open(placeOf(settings, request.address), { create: isTarget });
    try {
      const probed = isTarget
        ? await root.within('', (dir) => probe(dir, settings, request.isBeside))
        : unprobed(settings);
      request.observe?.({ type: 'connected', detail: root.path });
      return sessionOf(root, probed, request);
    } catch (thrown) {
      await root.close();
      throw thrown;
    }
  },
};

function sessionOf(root: Root, probed: Awaited<ReturnType<typeof probe>>, { role, signal }: OpenRequest): Session {
  const ended = new AbortController();
  const either = AbortSignal.any([signal, ended.signal]);
  const close = async (): Promise<void> => {
    ended.abort();
    await root.close();
  };
  return {
    capabilities: capabilitiesOf(probed),
    reader: new FilesReader(root, either),
    ...(role === 'write' ? { writer: new FilesWriter(root, probed.names, either) } : {}),
    identity: root.path,
    // Of a source the whole disk would be told, which says nothing of the drive.
    quota: async () => {
      if (role === 'read') return undefined;
      const { bsize, blocks, bfree, bavail } = await statfs(root.path);
      const used = (blocks - bfree) * bsize;
      return { used, limit: used + bavail * bsize };
    },
    close,
    destroy: () => {
      close().catch(() => undefined);
    },
  };
}

async function linesOf(root: Root): Promise<CheckLine[]> {
  const { bsize, bavail } = await statfs(root.path);
  const names = await root.within('', async (dir) => {
    let count = 0;
    for await (const _ of dir.names()) count += 1;
    return count;
  });
  const isWritable = await access(root.path, constants.W_OK).then(
    () => true,
    () => false,
  );
  return [
    { name: 'folder', ok: true, evidence: `${root.path} can be listed: ${names} names` },
    // A source needn't be: information, not a failure.
    {
      name: 'write',
      ok: true,
      evidence: isWritable ? 'the folder can be written' : 'read only: good for a source, not for a target',
    },
    { name: 'space', ok: true, evidence: `${Math.floor((bavail * bsize) / 1024 ** 2)} MiB are free` },
  ];
}

const linesOfNames = (settings: FilesSettings): CheckLine[] =>
  Object.entries(unprobed(settings).evidence).map(([name, evidence]) => ({ name, ok: true, evidence }));

function settingsOf({ settings }: SystemConfig): FilesSettings {
  const parsed = filesSettings.safeParse(settings);
  if (parsed.success) return parsed.data;
  throw new SternaError('config', 'bad-settings', 'The folder of files needs a path', {
    field: 'settings',
    fix: 'For example {"path": "/srv/files"}.',
  });
}

const badUrl = (field: string, message: string): SternaError =>
  new SternaError('config', 'bad-url', message, { field, fix: 'For example files:/srv/files or files:Documents' });
