import type { Component, Property } from './lines/content-line.ts';

/** Properties that say one thing together: where one of them changed, all of them are taken from there. */
export type Facet = (property: Property) => string;

/**
 * What an object is now: `kept` as it was before it came here, but for what has changed here since. `base` is how it
 * looked when it had come, `now` how it looks today, both by the same translation; where they say the same, nobody
 * has touched it and `kept` says it better.
 *
 * @param differing names of facets in which two components differ
 */
export function merged(
  kept: Component,
  base: Component,
  now: Component,
  facet: Facet,
  differing: (one: Component, other: Component) => ReadonlySet<string>,
): Component {
  const changed = differing(base, now);
  if (changed.size === 0) return kept;
  const isOf = (property: Property): boolean => changed.has(facet(property));
  const alarms = changed.has(ALARMS) ? now : kept;
  return {
    ...kept,
    properties: [...kept.properties.filter((one) => !isOf(one)), ...now.properties.filter(isOf)],
    components: [
      ...kept.components.filter((one) => one.name !== 'VALARM'),
      ...alarms.components.filter((one) => one.name === 'VALARM'),
    ],
  };
}

/** The facet of what lies within: reminders. */
export const ALARMS = 'alarms';
