import { type Card, escapeText, type Property, unescapeText } from '@sterna/content';

/**
 * Kinds of addresses and numbers that vCard has no word for: as Apple's and Google's own vCards write them, two lines of
 * one group, `item1.EMAIL:…` and `item1.X-ABLABEL:Früher`.
 */
const LABEL = 'X-ABLABEL';

/** What a property's group is called; '' where it isn't. */
export function labelOf(card: Card, { group }: Property): string {
  if (group === undefined) return '';
  const label = card.properties.find((one) => one.name === LABEL && one.group === group);
  // Apple marks its own words: `_$!<HomePage>!$_`.
  return unescapeText(label?.value ?? '')
    .trim()
    .replace(/^_\$!<(.*)>!\$_$/, '$1');
}

/** Gives groups to properties of one card. */
export class Groups {
  #last = 0;

  /** The property as it is where there is no label. */
  labelled(property: Property, label: string | undefined): Property[] {
    if (label === undefined || label === '') return [property];
    this.#last += 1;
    const group = `item${this.#last}`;
    return [
      { ...property, group },
      { group, name: LABEL, parameters: [], value: escapeText(label) },
    ];
  }
}
