import { afterAll, beforeAll, expect } from 'vitest';
import { type Assumptions, DirectGmail, type Google, startGoogle, VirtualClock } from '../../src/index.ts';
import { Contract } from '../contract/index.ts';
import { type Client, signIn } from '../sign-in.ts';

export const ALICE = 'alice@nordwind.example';
export const BOX = '/gmail/v1/users/me';

/** A server of its own for a test file, held against Google's descriptions; Alice is signed in with an empty mailbox. */
export interface Bench {
  server: Google;
  clock: VirtualClock;
  alice: Client;
  /** Alice's mailbox past the API. */
  box: DirectGmail;
  /** Another server with other assumptions; ended with the test file. */
  other(assumptions: Partial<Assumptions>): Promise<{ server: Google; alice: Client; box: DirectGmail }>;
}

export function useBench(): Bench {
  const contract = new Contract();
  const servers: Google[] = [];
  const clock = new VirtualClock();
  const start = async (assumptions: Partial<Assumptions>) => {
    const server = await startGoogle({ empty: true, clock, observe: contract.observe, assumptions });
    servers.push(server);
    return { server, alice: await signIn(server, ALICE), box: new DirectGmail(server, ALICE) };
  };
  const bench = { clock, other: start } as Bench;
  beforeAll(async () => {
    Object.assign(bench, await start({}));
  });
  afterAll(async () => {
    expect(servers.flatMap(({ failures }) => failures)).toEqual([]);
    expect(contract.faults).toEqual([]);
    await Promise.all(servers.map((server) => server.stop()));
  });
  return bench;
}

export interface Mail {
  readonly id?: string;
  readonly subject?: string;
  readonly references?: string;
  readonly date?: string;
  readonly headers?: string;
  readonly from?: string;
  readonly to?: string;
  readonly body?: string;
}

export function mime({ id, subject, references, date, headers, from, to, body }: Mail = {}): Buffer {
  const lines = [
    `From: ${from ?? 'Bob <bob@elsewhere.example>'}`,
    `To: ${to ?? ALICE}`,
    `Subject: ${subject ?? 'Hello'}`,
    `Date: ${date ?? 'Mon, 5 May 2003 06:07:08 +0000'}`,
    ...(id === undefined ? [] : [`Message-ID: <${id}>`]),
    ...(references === undefined ? [] : [`References: ${references}`]),
    ...(headers === undefined ? [] : [headers]),
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body ?? 'A text.\r\n'}`);
}

export function raw(mail: Mail = {}): { raw: string } {
  return { raw: mime(mail).toString('base64url') };
}
