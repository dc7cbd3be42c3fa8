import type { GoldenObject } from '../objects.ts';
import { type Ask, sorted } from './ask.ts';
import { groupAt, members, peopleOf } from './graph-groups.ts';
import { channels } from './graph-teams.ts';
import { FIRST } from './shared-talk.ts';

/** What Teams calls its reactions: https://learn.microsoft.com/en-us/graph/api/resources/chatmessagereaction */
const EMOJI: Readonly<Record<string, string>> = {
  like: '👍',
  heart: '❤️',
  laugh: '😆',
  surprised: '😮',
  sad: '😢',
  angry: '😡',
};

/** Of a team what Google Chat has as well: channels, who is in them, and what is said, in the terms of both. */
export async function talkObjects(graph: (base: string) => Ask, address: string): Promise<GoldenObject[]> {
  const group = await groupAt(graph, address);
  const people = await peopleOf(graph(''));
  const ask = graph(`/teams/${group.id}`);
  const { displayName } = await ask.json('/primaryChannel');
  const inTerms = terms(displayName);
  return [
    ...(await members(graph(`/groups/${group.id}`), people)),
    ...(await channels(ask, people))
      .map(inTerms)
      // Of what was deleted nobody sees anything, unless somebody answered it.
      .filter((one, _, all) => one.properties.deleted !== 'yes' || all.some((other) => isAnswer(other, one))),
  ];
}

const isAnswer = ({ properties: a }: GoldenObject, { properties: b }: GoldenObject): boolean =>
  a.channel === b.channel && a.replyTo === b.at;

function terms(primary: string): (object: GoldenObject) => GoldenObject {
  const called = (name: string): string => (name === primary ? FIRST : name);
  return (object) => {
    const { kind, key, properties } = object;
    if (kind === 'channel')
      return {
        ...object,
        key: called(key),
        name: called(key),
        properties: { ...properties, text: properties.text ?? '' },
      };
    const { channel = '', at = '', importance, mentions = '', reactions = '', attachments = '' } = properties;
    const moment = new Date(at).toISOString();
    const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');
    return {
      ...object,
      key: `${called(channel)} ${moment}`,
      properties: {
        ...properties,
        channel: called(channel),
        at: moment,
        importance: importance === 'normal' ? '' : (importance ?? ''),
        replyTo: properties.replyTo ? new Date(properties.replyTo).toISOString() : '',
        // By whom, whatever somebody is called here.
        mentions: sorted(lines(mentions).map((line) => line.split(' ').at(-1))),
        reactions: sorted(lines(reactions).map((line) => line.replace(/^\S+/, (word) => EMOJI[word] ?? word))),
        attachments: sorted(
          lines(attachments).map((line) =>
            line.replace(/^(\S+) (.*)$/, (_, type, name) => `${type === 'reference' ? 'link' : type} ${name}`),
          ),
        ),
      },
    };
  };
}
