import { constants } from 'node:fs';
import { access, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type {
  CheckLine,
  Connector,
  DiscoveredItem,
  OpenRequest,
  ParsedEndpoint,
  Session,
  SystemConfig,
} from '@sterna/connector-kit';
import { asSternaError, type ItemType, SternaError } from '@sterna/core';
import { KINDS } from './backup.ts';
import { aborted, asArchiveError } from './errors.ts';
import { scanTree } from './maildir/tree.ts';
import { findMboxes } from './mbox/tree.ts';
import { type OpenedStore, openStore } from './open-store.ts';
import { ArchiveReader } from './reader.ts';
import { archiveSettings, FORMATS, type Format, hasPlaceholder, locate, SELF } from './settings.ts';
import { ArchiveWriter } from './writer.ts';

/** Mailboxes as files: Maildir, mbox, folders of .eml; .ics and .vcf; and Sterna's own backups. */
export const archiveConnector: Connector = {
  name: 'archive',
  title: 'Files (Maildir, mbox, .eml, .ics, .vcf, Sterna backup)',
  kinds: KINDS,
  itemTypes: ['mailbox'],
  canRead: true,
  canWrite: true,
  settings: archiveSettings,
  schemes: FORMATS,

  parseUrl(url: string): ParsedEndpoint {
    const [, scheme, rest] = /^([a-z]+):(.*)$/s.exec(url) ?? [];
    if (!FORMATS.includes(scheme as Format))
      throw badUrl('scheme', `The URL must begin with one of ${FORMATS.map((format) => `${format}:`).join(', ')}`);
    // `maildir:///x` and `maildir:/x` name the same folder.
    let path: string;
    try {
      path = decodeURIComponent((rest as string).replace(/^\/\/(?=\/)/, ''));
    } catch {
      throw badUrl('path', 'The path holds a "%" that is no percent-encoding; write it as %25');
    }
    if (path === '') throw badUrl('path', `A path must follow ${scheme}:`);
    if (path.includes('\0')) throw badUrl('path', 'A path holds no NUL');
    if (path.startsWith('//')) throw badUrl('host', 'Files are local: the URL has no host');
    const full = resolve(path);
    return {
      settings: { path: full, format: scheme },
      address: SELF,
      credentials: {},
      label: `${scheme}:${full}`,
    };
  },

  async check(system: SystemConfig, address?: string): Promise<readonly CheckLine[]> {
    const lines: CheckLine[] = [];
    try {
      const { path, format } = archiveSettings.parse(system.settings);
      if (hasPlaceholder(path) && address === undefined) {
        const base = placeholderBase(path);
        await readdir(base);
        return [{ name: 'folder', ok: true, evidence: `${base} can be listed` }];
      }
      const at = await locate({ path, format }, address ?? SELF);
      if (address === undefined) {
        // Without an address the path may be a mailbox or a folder of mailboxes: reachable is all that is asked.
        await access(at, constants.R_OK);
        lines.push({ name: 'folder', ok: true, evidence: `${at} can be read` });
        return [...lines, await writableLine(at)];
      }
      const opened = await openStore(format, at, 'read');
      const containers = await opened.store.containers();
      await opened.store.close();
      const counts = opened.capabilities.kinds.map((kind) => {
        const own = containers.filter((one) => one.kind === kind);
        const objects = own.reduce((sum, container) => sum + (container.total ?? 0), 0);
        return `${own.length} ${kind === 'message' ? 'folders' : 'collections'}, ${objects} ${kind}s`;
      });
      lines.push({ name: 'format', ok: true, evidence: `${format}: ${counts.join('; ')} in ${opened.root}` });
      for (const [name, evidence] of Object.entries(opened.capabilities.evidence))
        lines.push({ name, ok: true, evidence });
      for (const { name, why } of await skippedIn(format, opened))
        lines.push({
          name: 'skipped',
          ok: false,
          evidence: `${name}: ${why}`,
          fix: 'Put the real folder there, readable.',
        });
      lines.push(await writableLine(at));
    } catch (thrown) {
      const error = asSternaError(thrown instanceof SternaError ? thrown : asArchiveError(thrown, 'the archive'));
      lines.push({
        name: 'archive',
        ok: false,
        evidence: error.message,
        ...(error.fix === undefined ? {} : { fix: error.fix }),
      });
    }
    return lines;
  },

  async *discover(system: SystemConfig, itemType: ItemType, signal?: AbortSignal): AsyncIterable<DiscoveredItem> {
    if (itemType !== 'mailbox') return;
    const { path, format } = archiveSettings.parse(system.settings);
    if (hasPlaceholder(path)) {
      yield* discoverByPattern(path, format, signal);
      return;
    }
    const self = await found(format, resolve(path), SELF);
    // A Maildir's own folders look like mailboxes too: they are parts of this one. Nested trees are ambiguous,
    // and taken for one mailbox per sub-folder only where the root itself holds none.
    if (self !== undefined && !(format === 'maildir' && !(await hasOwnMail(resolve(path))))) {
      yield self;
      return;
    }
    for (const name of await subfolders(resolve(path))) {
      if (signal?.aborted === true) throw aborted();
      const item = await found(format, join(resolve(path), name), name);
      if (item !== undefined) yield item;
    }
  },

  async open(request: OpenRequest): Promise<Session> {
    const settings = archiveSettings.safeParse(request.system.settings);
    if (!settings.success)
      throw new SternaError('config', 'bad-settings', 'The archive needs a path and a format', { field: 'settings' });
    if (request.signal.aborted) throw aborted();
    const path = await locate(settings.data, request.address);
    const opened = await openStore(settings.data.format, path, request.role, request.kinds);
    return openSession(opened, request);
  },
};

function openSession(opened: OpenedStore, request: OpenRequest): Session {
  const ended = new AbortController();
  const signal = AbortSignal.any([request.signal, ended.signal]);
  request.observe?.({ type: 'connected', detail: opened.root });
  return {
    capabilities: opened.capabilities,
    ...(opened.capabilitiesOf === undefined ? {} : { capabilitiesOf: opened.capabilitiesOf }),
    reader: new ArchiveReader(opened.store, signal),
    ...(request.role === 'write' && 'create' in opened.store
      ? { writer: new ArchiveWriter(opened.store, signal) }
      : {}),
    identity: opened.root,
    quota: async () => undefined,
    close: async () => {
      ended.abort();
      await opened.store.close();
    },
    destroy: () => {
      ended.abort();
      opened.store.close().catch(() => undefined);
    },
  };
}

async function writableLine(path: string): Promise<CheckLine> {
  const ok = await access(path, constants.W_OK).then(
    () => true,
    () => false,
  );
  // A source needn't be: information, not a failure.
  return {
    name: 'write',
    ok: true,
    evidence: ok ? 'the folder can be written' : 'read only: good for a source, not for a target',
  };
}

async function skippedIn(format: Format, opened: OpenedStore): Promise<readonly { name: string; why: string }[]> {
  if (format === 'maildir' || format === 'archive')
    return (await scanTree(format === 'archive' ? join(opened.root, 'mail') : opened.root)).skipped;
  if (format === 'mbox') return (await findMboxes(opened.root)).skipped;
  return [];
}

/** Counts what is there; undefined where the path isn't a mailbox of this format. */
async function found(format: Format, path: string, address: string): Promise<DiscoveredItem | undefined> {
  try {
    const { store } = await openStore(format, path, 'read');
    const containers = await store.containers();
    await store.close();
    const objects = containers.reduce((sum, container) => sum + (container.total ?? 0), 0);
    return { itemType: 'mailbox', address, objects };
  } catch {
    return undefined;
  }
}

async function hasOwnMail(root: string): Promise<boolean> {
  return (await scanTree(root)).folders.some((folder) => folder.id === '.' || folder.id.startsWith('.'));
}

async function subfolders(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch((thrown: unknown) => {
    throw asArchiveError(thrown, "the system's folder");
  });
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => entry.name)
    .sort();
}

const placeholderBase = (path: string): string => resolve(path.slice(0, path.search(/[^/]*\{/)) || '.');

/** Walks the pattern's parts: `/var/vmail/{domain}/{user}/Maildir` lists domains, then users. */
async function* discoverByPattern(path: string, format: Format, signal?: AbortSignal): AsyncGenerator<DiscoveredItem> {
  const base = placeholderBase(path);
  const parts = resolve(path)
    .slice(base === '/' ? 1 : base.length + 1)
    .split('/');
  const walk = async function* (
    dir: string,
    at: number,
    values: Record<string, string>,
  ): AsyncGenerator<DiscoveredItem> {
    if (signal?.aborted === true) throw aborted();
    const part = parts[at];
    if (part === undefined) {
      const address = values.address ?? (values.domain ? `${values.user}@${values.domain}` : values.user);
      const item = address === undefined ? undefined : await found(format, dir, address);
      if (item !== undefined) yield item;
      return;
    }
    if (!hasPlaceholder(part)) {
      yield* walk(join(dir, part), at + 1, values);
      return;
    }
    const names: string[] = [];
    const pattern = new RegExp(
      `^${part
        .split(/\{(address|user|domain)\}/)
        .map((piece, n) => {
          if (n % 2 === 0) return piece.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
          names.push(piece);
          return '(.+)';
        })
        .join('')}$`,
      's',
    );
    const entries = await readdir(dir).catch(() => [] as string[]);
    for (const name of entries.filter((one) => !one.startsWith('.')).sort()) {
      const match = pattern.exec(name);
      if (match === null) continue;
      const more = Object.fromEntries(names.map((key, n) => [key, match[n + 1] as string]));
      yield* walk(join(dir, name), at + 1, { ...values, ...more });
    }
  };
  yield* walk(base, 0, {});
}

const badUrl = (field: string, message: string): SternaError =>
  new SternaError('config', 'bad-url', message, {
    field,
    fix: 'For example maildir:/home/ines/Maildir, mbox:export.mbox or ics:calendar.ics',
  });
