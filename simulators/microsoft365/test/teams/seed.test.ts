import { expect, test } from 'vitest';
import { DOCUMENTED_LIMITS, startMicrosoft365, VirtualClock } from '../../src/index.ts';
import { Contract } from '../contract/index.ts';
import { all } from '../mailbox.ts';
import { signIn } from '../sign-in.ts';

test('contoso’s groups, plans and teams can be read whole, and hold a message of every kind', async () => {
  const contract = new Contract();
  const server = await startMicrosoft365({ clock: new VirtualClock(), observe: contract.observe });
  try {
    const call = await signIn(server, server.tenant('contoso.example'));
    const groups = await all(call, '/groups');
    const unified = groups.filter(({ groupTypes }) => groupTypes.includes('Unified'));
    expect([unified.length, groups.length - unified.length]).toEqual([4, 2]);
    const tasks = [];
    for (const { id } of unified) {
      for (const kind of ['members', 'owners']) expect(await all(call, `/groups/${id}/${kind}`)).not.toEqual([]);
      for (const { id: thread } of await all(call, `/groups/${id}/threads`)) {
        expect(await all(call, `/groups/${id}/threads/${thread}/posts?$expand=attachments,inReplyTo`)).not.toEqual([]);
      }
      for (const plan of await all(call, `/groups/${id}/planner/plans`)) {
        for (const rest of ['details', 'buckets']) await call('GET', `/planner/plans/${plan.id}/${rest}`);
        tasks.push(...(await all(call, `/planner/plans/${plan.id}/tasks`)));
      }
    }
    for (const { id } of tasks) {
      for (const rest of ['details', 'assignedToTaskBoardFormat', 'bucketTaskBoardFormat', 'progressTaskBoardFormat']) {
        expect((await call('GET', `/planner/tasks/${id}/${rest}`)).status).toBe(200);
      }
    }
    expect(Math.max(...tasks.map(({ checklistItemCount }) => checklistItemCount))).toBe(3);

    // biome-ignore lint/suspicious/noExplicitAny: tests look into JSON by hand
    const messages: any[] = [];
    const types = new Set<string>();
    const teams = await all(call, '/teams');
    for (const { id } of teams) {
      await all(call, `/teams/${id}/members`);
      for (const channel of await all(call, `/teams/${id}/channels`)) {
        types.add(channel.membershipType);
        const path = `/teams/${id}/channels/${channel.id}`;
        for (const rest of ['members', 'tabs']) await all(call, `${path}/${rest}`);
        expect((await call('GET', `${path}/filesFolder`)).json.folder.childCount).toBeGreaterThan(0);
        const knows = { prefer: 'include-unknown-enum-members' };
        for (const message of await all(call, `${path}/messages?$expand=replies`, knows)) {
          messages.push(message, ...message.replies);
          for (const hosted of await all(call, `${path}/messages/${message.id}/hostedContents`)) {
            const { bytes } = await call('GET', `${path}/messages/${message.id}/hostedContents/${hosted.id}/$value`);
            expect(bytes.subarray(1, 4).toString()).toBe('PNG');
          }
        }
      }
    }
    expect(teams).toHaveLength(2);
    expect(types).toEqual(new Set(['standard', 'private', 'shared']));
    const some = (test: (message: Record<string, unknown[]>) => unknown) => messages.some((one) => Boolean(test(one)));
    expect({
      replies: some(({ replyToId }) => replyToId),
      reactions: some(({ reactions }) => reactions?.length),
      mentions: some(({ mentions }) => mentions?.length),
      edited: some(({ lastEditedDateTime }) => lastEditedDateTime),
      deleted: some(({ deletedDateTime }) => deletedDateTime),
      system: some(({ messageType }) => (messageType as unknown) === 'systemEventMessage'),
      bot: some(({ from }) => (from as unknown as Record<string, unknown> | null)?.application),
      text: some(({ body }) => (body as unknown as Record<string, unknown>).contentType === 'text'),
      urgent: some(({ importance }) => (importance as unknown) === 'urgent'),
    }).toEqual(
      Object.fromEntries(
        ['replies', 'reactions', 'mentions', 'edited', 'deleted', 'system', 'bot', 'text', 'urgent'].map((name) => [
          name,
          true,
        ]),
      ),
    );
    const attached = new Set(
      messages.flatMap(({ attachments }) => attachments.map(({ contentType }: { contentType: string }) => contentType)),
    );
    expect(attached).toEqual(new Set(['reference', 'messageReference', 'application/vnd.microsoft.card.adaptive']));
    expect(new Set(messages.map(({ id, channelIdentity }) => `${channelIdentity.channelId} ${id}`)).size).toBe(
      messages.length,
    );
    expect(server.notices).toEqual([]);
    expect(server.failures).toEqual([]);
    expect(contract.faults).toEqual([]);
  } finally {
    await server.stop();
  }
});

test('the target, and an empty tenant, have none', async () => {
  const server = await startMicrosoft365({ clock: new VirtualClock(), empty: ['contoso.example'] });
  try {
    for (const domain of ['contoso.example', 'fabrikam.example']) {
      const call = await signIn(server, server.tenant(domain));
      expect(await all(call, '/groups')).toEqual([]);
      expect(await all(call, '/teams')).toEqual([]);
    }
  } finally {
    await server.stop();
  }
});

test('a team answers four requests a second, a channel takes five imported messages', async () => {
  const clock = new VirtualClock();
  const server = await startMicrosoft365({ clock, limits: DOCUMENTED_LIMITS });
  try {
    const call = await signIn(server, server.tenant('contoso.example'));
    const [team] = await all(call, '/teams');
    const statuses = async (count: number, ask: (at: number) => ReturnType<typeof call>) => {
      const answers = [];
      for (let at = 0; at < count; at++) answers.push(await ask(at));
      return answers.map(({ status }) => status);
    };
    expect(await statuses(5, () => call('GET', `/teams/${team.id}`))).toEqual([200, 200, 200, 200, 429]);
    const refused = await call('GET', `/teams/${team.id}`);
    expect(refused.headers.get('retry-after')).toBe('1');
    clock.advance(1000);
    const channel = (await call('GET', `/teams/${team.id}/primaryChannel`)).json.id;
    const path = `/teams/${team.id}/channels/${channel}`;
    await call('POST', `${path}/startMigration`, { conversationCreationDateTime: '2001-01-01T00:00:00Z' });
    const { id, displayName } = server.tenant('contoso.example').named('alice');
    const post = (at: number) =>
      call('POST', `${path}/messages`, {
        createdDateTime: new Date(Date.UTC(2002, 1, 1) + at).toISOString(),
        from: { user: { id, displayName, userIdentityType: 'aadUser' } },
        body: { contentType: 'text', content: `${at}` },
      });
    expect(await statuses(6, post)).toEqual([201, 201, 201, 201, 201, 429]);
  } finally {
    await server.stop();
  }
});
