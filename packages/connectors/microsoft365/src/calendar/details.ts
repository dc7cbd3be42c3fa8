import { type Component, parameterOf, propertiesOf, unescapeText } from '@sterna/content';

/** Above it, in a body that we add to; what is below it is ours. */
const DETAILS_HEAD = '---- Kept by the migration ----';

/**
 * What a person should still be able to read where Outlook has no field for it: who was invited (nobody is invited by a
 * migration), links, dates that no series of Outlook has. Undefined: nothing.
 */
export function detailsOf(item: Component, dates: readonly string[]): string | undefined {
  const lines: string[] = [];
  const organizer = propertiesOf(item, 'ORGANIZER').map(person);
  if (organizer.length > 0) lines.push(`Organizer: ${organizer.join(', ')}`);
  const attendees = propertiesOf(item, 'ATTENDEE').map((one) => {
    const answer = ANSWERS[parameterOf(one, 'PARTSTAT')?.toUpperCase() ?? ''];
    return `${person(one)}${answer === undefined ? '' : ` (${answer})`}`;
  });
  if (attendees.length > 0) lines.push('Participants:', ...attendees.map((one) => `- ${one}`));
  const links = [
    ...propertiesOf(item, 'CONFERENCE').map((one) => one.value),
    ...propertiesOf(item, 'X-GOOGLE-CONFERENCE').map((one) => one.value),
    ...propertiesOf(item, 'X-MICROSOFT-SKYPETEAMSMEETINGURL').map((one) => one.value),
    ...propertiesOf(item, 'URL').map((one) => one.value),
    ...propertiesOf(item, 'ATTACH')
      .filter((one) => /^\s*https?:/i.test(one.value))
      .map((one) => one.value),
  ];
  for (const link of new Set(links.map((one) => one.trim()).filter(Boolean))) lines.push(`Link: ${link}`);
  for (const name of ['COMMENT', 'CONTACT', 'RESOURCES'])
    for (const one of propertiesOf(item, name)) lines.push(`${LABELS[name]}: ${unescapeText(one.value).trim()}`);
  if (dates.length > 0) lines.push('Further dates:', ...dates.map((one) => `- ${one}`));
  return lines.length === 0 ? undefined : [DETAILS_HEAD, ...lines].join('\n');
}

const LABELS: Readonly<Record<string, string>> = { COMMENT: 'Comment', CONTACT: 'Contact', RESOURCES: 'Resources' };
const ANSWERS: Readonly<Record<string, string>> = {
  ACCEPTED: 'accepted',
  DECLINED: 'declined',
  TENTATIVE: 'tentative',
  DELEGATED: 'delegated',
};

function person(property: Parameters<typeof parameterOf>[0]): string {
  const address = property.value.trim().replace(/^mailto:/i, '');
  const name = parameterOf(property, 'CN')?.trim();
  return name === undefined || name === '' || name === address ? address : `${name} <${address}>`;
}

/** Beside people, who have a note of their own, `detailsOf` has put something else into the text. */
export const hasFurtherDetails = (details: string | undefined): boolean =>
  details !== undefined && /^(?:Link|Comment|Contact|Resources|Further dates):/m.test(details);

/** A body without what `detailsOf` has added to it. */
export function withoutDetails(text: string): string {
  const at = text.indexOf(DETAILS_HEAD);
  return at === -1 ? text : text.slice(0, at).replace(/\s*(?:-{4}\s*)?$/, '');
}
