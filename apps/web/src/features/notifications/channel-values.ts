import type { Schema } from '../../api/client.ts';
import { strings } from '../../strings.ts';

const words = strings.notify.form;

export type Channel = Schema<'NotificationChannel'>;
export type Topic = Channel['topics'][number];
export type Security = NonNullable<Channel['mail']>['security'];

/** The words of `test` are for what was sent; nobody subscribes to it. */
export const TOPICS = Object.keys(strings.notify.topics).filter((topic) => topic !== 'test') as Topic[];
export const SECURITIES: readonly Security[] = ['tls', 'starttls', 'none'];
export const USUAL_PORT: Readonly<Record<Security, number>> = { tls: 465, starttls: 587, none: 25 };

export interface ChannelValues extends Record<string, unknown> {
  kind: Channel['kind'];
  name: string;
  topics: Topic[];
  url: string;
  host: string;
  security: Security;
  port: number | string;
  user: string;
  password: string;
  from: string;
  /** One a line. */
  to: string;
  ca: string;
}

export function valuesOf(channel: Channel | undefined): ChannelValues {
  const mail = channel?.mail;
  return {
    kind: channel?.kind ?? 'webhook',
    name: channel?.name ?? '',
    topics: channel?.topics ?? [...TOPICS],
    url: channel?.url ?? '',
    host: mail?.host ?? '',
    security: mail?.security ?? 'tls',
    port: mail?.port ?? USUAL_PORT.tls,
    user: mail?.user ?? '',
    password: '',
    from: mail?.from ?? '',
    to: mail?.to.join('\n') ?? '',
    ca: '',
  };
}

const recipients = (text: string): string[] =>
  text
    .split(/[\n,;]/)
    .map((one) => one.trim())
    .filter((one) => one !== '');

export function problemsOf(values: ChannelValues): Partial<Record<keyof ChannelValues, string>> {
  const isEmpty = (text: string): boolean => text.trim() === '';
  return {
    ...(isEmpty(values.name) ? { name: words.nameMissing } : {}),
    ...(values.topics.length === 0 ? { topics: words.topicsMissing } : {}),
    ...(values.kind === 'webhook'
      ? { ...(isEmpty(values.url) ? { url: words.urlMissing } : {}) }
      : {
          ...(isEmpty(values.host) ? { host: words.hostMissing } : {}),
          ...(isEmpty(values.from) ? { from: words.fromMissing } : {}),
          ...(recipients(values.to).length === 0 ? { to: words.toMissing } : {}),
        }),
  };
}

/** A password that is left empty stays as it is. */
export function bodyOf(values: ChannelValues) {
  const { kind, name, topics } = values;
  if (kind === 'webhook') return { kind, name, topics, url: values.url };
  return {
    kind,
    name,
    topics,
    host: values.host,
    security: values.security,
    ...(typeof values.port === 'number' ? { port: values.port } : {}),
    user: values.user,
    ...(values.password === '' ? {} : { password: values.password }),
    from: values.from,
    to: recipients(values.to),
    ...(values.ca.trim() === '' ? {} : { ca: values.ca }),
  };
}
