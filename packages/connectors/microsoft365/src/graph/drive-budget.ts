import { Budget, type Clock, SharedBudgets } from '@sterna/cloud-http';
import { DRIVE_LIMITS } from './limits.ts';

/** By clock: tests have their own. */
const shared = new WeakMap<Clock, SharedBudgets>();

export interface DriveBudgetOf {
  /** Id of the app; of an access token that was given, none is known. */
  readonly app: string | undefined;
  /** Id or domain, in lower case: of a tenant that is given by two names there are two. */
  readonly tenant: string;
  /** Where Graph answers: a simulator has limits of its own. */
  readonly graph: string;
  /** Resource units a minute, where the settings know better. */
  readonly unitsPerMinute: number | undefined;
}

/**
 * What a session may ask of drives and sites, within what the app may in the tenant: that is the same for all sessions of
 * this process, since SharePoint counts them together.
 */
export function driveBudgetOf(of: DriveBudgetOf, clock: Clock): Budget {
  const known = shared.get(clock) ?? new SharedBudgets();
  shared.set(clock, known);
  const { unitsPerMinute } = of;
  const key = JSON.stringify([of.graph, of.tenant, of.app, unitsPerMinute]);
  const { width, windows: documented } = DRIVE_LIMITS;
  const windows = documented.map((window) => ({ ...window, limit: unitsPerMinute ?? window.limit }));
  const ofTenant = known.of(key, () => new Budget({ width: Number.POSITIVE_INFINITY, windows }, clock));
  return new Budget({ width, windows: [] }, clock, ofTenant);
}
