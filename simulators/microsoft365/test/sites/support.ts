import { expect } from 'vitest';
import {
  DirectSite,
  type Microsoft365,
  type Options,
  type Site,
  sitesOf,
  startMicrosoft365,
  type Tenant,
  VirtualClock,
} from '../../src/index.ts';
import { Contract } from '../contract/index.ts';
import { type Client, signIn } from '../sign-in.ts';

export interface SiteLab {
  readonly server: Microsoft365;
  readonly tenant: Tenant;
  readonly clock: VirtualClock;
  readonly client: Client;
  /** contoso's “Sales”, with nothing in it. */
  readonly site: Site;
  /** `/sites/{id}` */
  readonly at: string;
  /** The site as Alice has it before her. */
  readonly alice: DirectSite;
  /** A list with these columns, by Graph; its path. */
  makeList(displayName: string, columns?: readonly Record<string, unknown>[]): Promise<string>;
  /** A request that is wrong on purpose. */
  allow(fault: RegExp): void;
  /** Fails when a request or a reply wasn't what Graph's description says. */
  stop(): Promise<void>;
}

/** Contoso on a clock of its own, with one empty site. */
export async function openSiteLab(options: Pick<Options, 'limits'> = {}): Promise<SiteLab> {
  const clock = new VirtualClock();
  const contract = new Contract();
  const allowed: RegExp[] = [];
  const server = await startMicrosoft365({ ...options, empty: true, clock, observe: contract.observe });
  const tenant = server.tenant('contoso.example');
  const site = sitesOf(tenant).create({ name: 'sales', displayName: 'Sales', at: clock.now() });
  const client = await signIn(server, tenant);
  const at = `/sites/${site.id}`;
  return {
    server,
    tenant,
    clock,
    client,
    site,
    at,
    alice: new DirectSite(server, 'alice@contoso.example', 'sites/sales'),
    async makeList(displayName, columns = []) {
      const body = { displayName, columns, list: { template: 'genericList' } };
      const { status, json } = await client('POST', `${at}/lists`, body);
      if (status !== 201) throw new Error(`${displayName}: ${status} ${JSON.stringify(json)}`);
      return `${at}/lists/${json.id}`;
    },
    allow(fault) {
      allowed.push(fault);
    },
    async stop() {
      await server.stop();
      expect(server.failures).toEqual([]);
      expect(contract.faults.filter((fault) => !allowed.some((pattern) => pattern.test(fault)))).toEqual([]);
    },
  };
}
