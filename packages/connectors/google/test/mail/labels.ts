import { canonicalFlags } from '@sterna/core';

const HIDDEN: Readonly<Record<string, string>> = {
  '\\Answered': 'Sterna/Answered',
  '\\Draft': 'Sterna/Draft',
  $Forwarded: 'Sterna/Forwarded',
};

/** A message's state as labels, by their names. @param keywords what labels of keywords begin with */
export const labelsOfState = (flags: readonly string[], keywords = 'Keywords/'): readonly string[] => [
  ...(flags.includes('\\Seen') ? [] : ['UNREAD']),
  ...flags.flatMap((flag) => {
    if (flag === '\\Seen' || flag === '\\Deleted') return [];
    if (flag === '\\Flagged') return ['STARRED'];
    if (flag === '$Important') return ['IMPORTANT'];
    return [HIDDEN[flag] ?? `${keywords}${flag}`];
  }),
];

/** And back. */
export const stateOfLabels = (labels: readonly string[], keywords = 'Keywords/'): readonly string[] =>
  canonicalFlags([
    ...(labels.includes('UNREAD') ? [] : ['\\Seen']),
    ...(labels.includes('STARRED') ? ['\\Flagged'] : []),
    ...(labels.includes('IMPORTANT') ? ['$Important'] : []),
    ...(labels.includes('DRAFT') ? ['\\Draft'] : []),
    ...Object.entries(HIDDEN).flatMap(([flag, name]) => (labels.includes(name) ? [flag] : [])),
    ...labels.flatMap((name) => (name.startsWith(keywords) ? [name.slice(keywords.length)] : [])),
  ]);
