import type { Client, ResponseOf } from '@sterna/api-contract';
import { NOTIFICATION_TOPICS, type NotificationTopic, SternaError } from '@sterna/core';
import { type Command, Option } from 'commander';
import { handle } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { doneAnswer, listAnswer, withExit } from '../io/answer.ts';
import { readNumber } from '../io/numbers.ts';
import { askSecret } from '../io/secrets.ts';
import { connect } from '../remote/connect.ts';

type Channel = ResponseOf<'listChannels'>['items'][number];
type Delivery = ResponseOf<'getDelivery'>;

interface AddOptions {
  readonly topic: readonly string[];
  readonly url?: string;
  readonly smtp?: string;
  readonly port?: string;
  readonly security: 'tls' | 'starttls' | 'none';
  readonly user?: string;
  readonly from?: string;
  readonly to: readonly string[];
}

const collect = (value: string, before: readonly string[]): string[] => [...before, value];

export function registerNotification(program: Command): void {
  const channel = program
    .command('notification')
    .description('Who is told what happens.')
    .command('channel')
    .description('Webhooks and mail addresses.');

  handle(channel.command('list').description('Channels of the organization.'), async ({ options }) => {
    const { items } = await (await connect(options)).listChannels();
    return listAnswer(
      items,
      [
        { title: 'id', value: (row) => row.id, align: 'right' },
        { title: 'name', value: (row) => row.name },
        { title: 'kind', value: (row) => row.kind },
        { title: 'to', value: (row) => row.url ?? row.mail?.to.join(',') },
        { title: 'topics', value: (row) => row.topics.join(',') },
        { title: 'on', value: (row) => (row.enabled ? 'yes' : 'no') },
      ],
      'There are no channels: nobody is told anything.',
    );
  });

  const add = channel
    .command('add')
    .description('Add a webhook (--url) or a mail channel (--smtp).')
    .argument('<NAME>')
    .addOption(
      new Option('--topic <topic>', `one of ${NOTIFICATION_TOPICS.join(', ')} (repeatable; all unless told)`)
        .argParser(collect)
        .default([]),
    )
    .option('--url <url>', 'where a webhook goes')
    .option('--smtp <host>', 'mail server')
    .option('--port <number>', '465, 587 or 25 unless told')
    .addOption(
      new Option('--security <kind>', 'of the mail server').choices(['tls', 'starttls', 'none']).default('tls'),
    )
    .option('--user <name>', 'of the mail server; its password is STERNA_SMTP_PASSWORD, or asked for')
    .option('--from <address>', 'sender')
    .option('--to <address>', 'recipient (repeatable)', collect, []);
  handle<[string], AddOptions>(add, async ({ options, terminal }, name) => {
    const topics = topicsOf(options.topic);
    const client = await connect(options);
    if (options.url !== undefined) {
      const made = await client.createChannel({ body: { kind: 'webhook', name, topics, url: options.url } });
      return doneAnswer(
        made,
        `Channel ${made.channel.name} (${made.channel.id}) is added.`,
        `Its secret, not shown again: ${made.secret}`,
      );
    }
    if (options.smtp === undefined)
      throw new SternaError('config', 'channel-not-named', 'Nothing says where it goes.', {
        fix: 'Give --url for a webhook, or --smtp, --from and --to for mail.',
      });
    const password =
      options.user === undefined
        ? undefined
        : await askSecret(terminal, 'STERNA_SMTP_PASSWORD', `Password of ${options.user} at ${options.smtp}`);
    const made = await client.createChannel({
      body: {
        kind: 'email',
        name,
        topics,
        host: options.smtp,
        security: options.security,
        from: options.from ?? '',
        to: [...options.to],
        ...(options.port === undefined ? {} : { port: readNumber('--port', options.port, 1, 65_535) }),
        ...(options.user === undefined ? {} : { user: options.user }),
        ...(password === undefined ? {} : { password }),
      },
    });
    return doneAnswer(made, `Channel ${made.channel.name} (${made.channel.id}) is added.`);
  });

  const test = channel
    .command('test')
    .description('Send a test and wait for what comes of it.')
    .argument('<CHANNEL>', 'its name or number');
  handle<[string], object>(test, async ({ options }, word) => {
    const client = await connect(options);
    const { id } = await findChannel(client, word);
    const delivery = await overOf(client, (await client.testChannel({ params: { id } })).id);
    const said = delivery.attempts.at(-1)?.words ?? '';
    return delivery.status === 'delivered'
      ? doneAnswer(delivery, `It arrived. ${said}`)
      : withExit(doneAnswer(delivery, `It did not arrive. ${said}`), EXIT.unreachable);
  });

  const remove = channel
    .command('remove')
    .description('Nothing is sent to it any more.')
    .argument('<CHANNEL>', 'its name or number');
  handle<[string], object>(remove, async ({ options }, word) => {
    const client = await connect(options);
    const { id, name } = await findChannel(client, word);
    await client.removeChannel({ params: { id } });
    return doneAnswer({ removed: id }, `Channel ${name} is removed.`);
  });
}

function topicsOf(words: readonly string[]): NotificationTopic[] {
  const unknown = words.find((word) => !NOTIFICATION_TOPICS.some((topic) => topic === word));
  if (unknown === undefined) return words.length === 0 ? [...NOTIFICATION_TOPICS] : (words as NotificationTopic[]);
  throw new SternaError('config', 'topic-unknown', `There is no topic "${unknown}".`, {
    field: '--topic',
    fix: `There are: ${NOTIFICATION_TOPICS.join(', ')}.`,
  });
}

async function findChannel(client: Client, word: string): Promise<Channel> {
  const { items } = await client.listChannels();
  const found = items.find((one) => one.name === word) ?? items.find((one) => String(one.id) === word);
  if (found !== undefined) return found;
  throw new SternaError('config', 'channel-not-found', `There is no channel "${word}".`, {
    fix:
      items.length === 0
        ? 'There is none yet: see `sterna notification channel add --help`.'
        : `There are: ${items.map((one) => one.name).join(', ')}.`,
  });
}

/** A test is one attempt, of at most half a minute. */
async function overOf(client: Client, id: number): Promise<Delivery> {
  for (let tries = 0; ; tries += 1) {
    const delivery = await client.getDelivery({ params: { id } });
    if (delivery.status !== 'waiting' || tries === 200) return delivery;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
