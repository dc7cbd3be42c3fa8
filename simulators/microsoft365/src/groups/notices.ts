import { perTenant } from '../state/per-tenant.ts';
import type { Tenant } from '../state/tenant.ts';

/** Mail or a notification that a group, a plan or a team would have sent. Nothing is delivered: it is only written down. */
export interface Notice {
  readonly at: number;
  /** The tenant's domain. */
  readonly tenant: string;
  readonly kind:
    | 'group-welcome'
    | 'group-post'
    | 'guest-invitation'
    | 'task-assigned'
    | 'team-added'
    | 'channel-added'
    | 'channel-mention';
  /** Id of the group, plan or channel. */
  readonly about: string;
  /** Ids of users, or the address of somebody who isn't one yet. */
  readonly recipients: readonly string[];
}

const log = perTenant<Notice[]>(() => []);

/** All that a tenant's groups and teams would have told people, oldest first. */
export function noticesOf(tenant: Tenant): Notice[] {
  return log(tenant);
}

/** Writes down one notice, unless nobody would get it. */
export function notify(
  tenant: Tenant,
  at: number,
  kind: Notice['kind'],
  about: string,
  recipients: readonly string[],
): void {
  if (recipients.length > 0) log(tenant).push({ at, tenant: tenant.domain, kind, about, recipients: [...recipients] });
}
