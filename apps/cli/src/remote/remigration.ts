import type { Client, ResponseOf } from '@sterna/api-contract';
import type { Terminal } from '../io/terminal.ts';
import { watchPass } from './watch.ts';

type Remigration = ResponseOf<'getRemigration'>;

/** Waits until a remigration waits for a person again. */
export async function settle(client: Client, terminal: Terminal, remigration: Remigration): Promise<Remigration> {
  let now = remigration;
  let lastPass = 0;
  while (now.waitingFor !== undefined && now.waitingFor.passId !== lastPass) {
    lastPass = now.waitingFor.passId;
    await watchPass(client, terminal, lastPass);
    now = await untilMoved(client, now);
  }
  return now;
}

/** The server moves a remigration on when its pass ends: a moment later than the pass itself. */
async function untilMoved(client: Client, before: Remigration): Promise<Remigration> {
  for (let tries = 0; ; tries += 1) {
    const now = await client.getRemigration({ params: { id: before.id } });
    if (now.step !== before.step || now.waitingFor?.passId !== before.waitingFor?.passId || tries === 50) return now;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
