import type { FidelityNote } from '@sterna/connector-kit';
import { encodeName, type NameRules, SternaError } from '@sterna/core';
import { statusOf } from '../api/errors.ts';
import { GMAIL_UNITS } from '../api/quotas.ts';
import type { PartContext } from '../part.ts';
import { foldedName, type Label, pendingName, SYSTEM_FOLDERS } from './label.ts';
import { Scheme } from './scheme.ts';
import { mailScopes } from './scopes.ts';

const MAX_NAME = 225;
/** Taken off the ends of names, or refused there. */
const SPACES =
  '\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff';
const C1_CONTROLS = Array.from({ length: 32 }, (_, n) => String.fromCharCode(0x80 + n)).join('');
const RULES: NameRules = {
  noControls: true,
  reserved: C1_CONTROLS,
  noFirst: SPACES,
  noLast: SPACES,
  maxName: MAX_NAME,
  unit: 'utf16',
};
/** No name at some level: no byte of any character is FF. */
const EMPTY = '^FF';
/** Stands for the `/` between two names, which the rules of names never allow within one. */
const SEPARATOR = '\u{f0000}';

/** The mailbox's labels as last listed, and what they mean. */
export class Labels {
  readonly #context: PartContext;
  #labels: readonly Label[] | undefined;
  #scheme: Scheme | undefined;
  /** Labels are made one after the other: two of them may be the same. */
  #making: Promise<unknown> = Promise.resolve();

  constructor(context: PartContext) {
    this.#context = context;
  }

  /** Lists them anew. */
  async list(): Promise<readonly Label[]> {
    const { client } = this.#context;
    const { body } = await client.send<{ readonly labels?: readonly Label[] }>({
      method: 'GET',
      path: '/gmail/v1/users/me/labels',
      query: { fields: 'labels(id,name,type)' },
      doing: 'listing the labels',
      right: mailScopes.read[0],
      units: GMAIL_UNITS.listLabels,
    });
    this.#take(body?.labels ?? []);
    return this.#labels ?? [];
  }

  async ready(): Promise<Scheme> {
    if (this.#scheme === undefined) await this.list();
    return this.scheme;
  }

  get all(): readonly Label[] {
    return this.#labels ?? [];
  }

  /** As last listed. */
  get scheme(): Scheme {
    if (this.#scheme === undefined) throw new SternaError('bug', 'internal', 'The labels were never listed.');
    return this.#scheme;
  }

  get(id: string): Label | undefined {
    return this.#labels?.find((one) => one.id === id);
  }

  named(name: string): Label | undefined {
    const folded = foldedName(name);
    return this.#labels?.find((one) => one.type === 'user' && foldedName(one.name) === folded);
  }

  #take(labels: readonly Label[]): void {
    this.#labels = labels;
    this.#scheme = new Scheme(labels, {
      ...this.#context.settings,
      // A target's folders must stay apart, whatever the source is read as.
      copies: this.#context.role === 'read' && this.#context.settings.severalLabels === 'copies',
    });
  }

  /** The label of exactly this name, made where it isn't there. `isHidden`: nobody sees it, on messages neither. */
  ensure(name: string, isHidden: boolean): Promise<Label> {
    const made = this.#making.then(async () => this.named(name) ?? (await this.#make(name, isHidden)));
    this.#making = made.catch(() => undefined);
    return made;
  }

  pending(): Promise<Label> {
    return this.ensure(pendingName(this.#context.installation), true);
  }

  async #make(name: string, isHidden: boolean): Promise<Label> {
    const { client } = this.#context;
    try {
      const { body } = await client.send<Label>({
        method: 'POST',
        path: '/gmail/v1/users/me/labels',
        body: {
          name,
          labelListVisibility: isHidden ? 'labelHide' : 'labelShow',
          messageListVisibility: isHidden ? 'hide' : 'show',
        },
        doing: 'making a label',
        right: mailScopes.write[0],
        units: GMAIL_UNITS.writeLabel,
        // A second one of that name is refused.
        repeatable: true,
      });
      const label = { id: body.id, name: body.name ?? name, type: 'user' };
      this.#take([...this.all.filter(({ id }) => id !== label.id), label]);
      return label;
    } catch (error) {
      if (statusOf(error) === 400) throw refusedLabel(name, error);
      if (statusOf(error) !== 409) throw error;
      await this.list();
      const there = this.named(name);
      if (there === undefined) throw error;
      return there;
    }
  }
}

/** Too long, or one too many: what Gmail takes there, its pages don't say. */
const refusedLabel = (name: string, cause: unknown): SternaError =>
  new SternaError('object', 'label-refused', `Gmail refused to make a label called “${name}”.`, {
    fix: 'Map the folder to another, shorter name, or leave it out; a mailbox with very many labels takes no more of them.',
    cause,
  });

const RESERVED: ReadonlySet<string> = new Set(
  [
    ...SYSTEM_FOLDERS.flatMap(({ id, path }) => [id, ...path]).filter((name) => foldedName(name) !== 'archive'),
    ...[
      'starred',
      'important',
      'unread',
      'chats',
      'chat',
      'all mail',
      'all',
      'muted',
      'bin',
      'snoozed',
      'scheduled',
      'sterna',
    ],
  ].map(foldedName),
);

/**
 * The name of a folder's label, from its names from the root. Injective, but for case, which Gmail doesn't tell apart;
 * what is written otherwise is noted.
 */
export function labelNameOf(path: readonly string[], keywordParent: string, notes: FidelityNote[]): string {
  const encoded = path.map((name) => (name === '' ? EMPTY : encodeName(name, RULES).name));
  const [first = ''] = encoded;
  // Names that Gmail keeps for itself, and where keywords and our own are.
  if (RESERVED.has(foldedName(first)) || foldedName(first) === foldedName(keywordParent)) encoded[0] = `${first}_`;
  const joined = encoded.join(SEPARATOR);
  const fitting = joined.length <= MAX_NAME ? joined : encodeName(joined, RULES).name;
  const whole = fitting.replaceAll(SEPARATOR, '/');
  if (whole !== path.join('/'))
    notes.push({
      code: 'folder-renamed',
      text: `Gmail can’t hold a label of this name; it is called “${whole}” there.`,
    });
  return whole;
}

/** Of names that are taken: this one with a number, from 2 on. */
export const numberedName = (name: string, number: number): string =>
  number === 1 ? name : `${name.slice(0, MAX_NAME - 10)} (${number})`;
