import type { ContentKind } from '@sterna/core';
import { capabilitiesFor, type PassContext } from './context.ts';

/** What a mailbox holds, before anything is spent: folders, objects, dates, access. Writes nothing anywhere. */
export interface AuditResult {
  readonly containers: readonly {
    readonly container: string;
    readonly kind: ContentKind;
    /** Somebody else's, shared with this account. */
    readonly sharedBy: string | null;
    readonly role: string | null;
    readonly objects: number;
    readonly bytes: number;
    readonly oldest: string | null;
    readonly newest: string | null;
    readonly largest: number;
    readonly access: readonly { readonly principal: string; readonly rights: string }[];
  }[];
  readonly objects: number;
  readonly bytes: number;
  /** Objects larger than the target takes. */
  readonly tooLarge: number;
  readonly quota: { readonly used: number; readonly limit: number } | null;
  readonly targetQuota: { readonly used: number; readonly limit: number } | null;
}

export async function audit(context: PassContext): Promise<AuditResult> {
  const { source, target, progress } = context;
  progress.phase = 'audit';
  const containers: AuditResult['containers'][number][] = [];
  let tooLarge = 0;
  for (const container of await source.reader.containers({ access: true })) {
    if (!context.settings.settings.kinds[container.kind]) continue;
    const limit = capabilitiesFor(target, container.kind).maxObjectBytes;
    progress.container = container.path.join('/');
    let objects = 0;
    let bytes = 0;
    let largest = 0;
    let oldest: Date | undefined;
    let newest: Date | undefined;
    for await (const page of source.reader.changes(container.id, undefined, { date: true, size: true })) {
      context.control.checkpoint();
      for (const change of page.changes) {
        if (change.gone === true) continue;
        objects += 1;
        progress.objects += 1;
        bytes += change.size ?? 0;
        largest = Math.max(largest, change.size ?? 0);
        if (limit !== undefined && (change.size ?? 0) > limit) tooLarge += 1;
        if (change.date !== undefined) {
          if (oldest === undefined || change.date < oldest) oldest = change.date;
          if (newest === undefined || change.date > newest) newest = change.date;
        }
      }
    }
    progress.bytes += bytes;
    containers.push({
      container: container.path.join('/'),
      kind: container.kind,
      sharedBy: container.sharedBy ?? null,
      role: container.role ?? null,
      objects,
      bytes,
      largest,
      oldest: oldest?.toISOString() ?? null,
      newest: newest?.toISOString() ?? null,
      access: container.access ?? [],
    });
  }
  return {
    containers,
    objects: containers.reduce((sum, one) => sum + one.objects, 0),
    bytes: containers.reduce((sum, one) => sum + one.bytes, 0),
    tooLarge,
    quota: (await source.quota()) ?? null,
    targetQuota: (await target.quota()) ?? null,
  };
}
