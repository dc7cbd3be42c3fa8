import type { FidelityNote, Flags } from '@sterna/connector-kit';
import type { GoogleSettings } from '../settings.ts';
import { ARCHIVE, STATE_LABELS } from './label.ts';
import type { Labels } from './labels.ts';
import { isKeyword } from './scheme.ts';

const MAX_NAME = 225;
const TAB = /^CATEGORY_(?:PERSONAL|SOCIAL|PROMOTIONS|UPDATES|FORUMS)$/;
/** State of the message in another place, or of no account here. */
const NO_STATE: ReadonlySet<string> = new Set(['\\deleted', '\\recent', '\\seen']);

/** Labels for the state of a message in one folder; what is missing is made. */
export class FlagLabels {
  readonly #labels: Labels;
  readonly #settings: GoogleSettings;

  constructor(labels: Labels, settings: GoogleSettings) {
    this.#labels = labels;
    this.#settings = settings;
  }

  /** Of a new message, beside that of its folder. What can't be is noted. */
  async forNew(container: string, flags: Flags, notes: FidelityNote[]): Promise<Set<string>> {
    const ids = new Set<string>();
    if (!flags.some((flag) => flag.toLowerCase() === '\\seen')) ids.add('UNREAD');
    for (const flag of flags) {
      // Gmail takes it when a message comes, and never again.
      const wasSent = flag.toLowerCase() === 'sent' && this.#comesAfter(container, 'SENT');
      const id = wasSent ? 'SENT' : await this.#labelFor(container, flag, notes);
      if (id !== undefined) ids.add(id);
    }
    return ids;
  }

  /** A difference. */
  async forChange(
    container: string,
    add: Flags,
    remove: Flags,
    notes: FidelityNote[],
  ): Promise<{ readonly addLabelIds: readonly string[]; readonly removeLabelIds: readonly string[] }> {
    const adds = new Set<string>();
    const removes = new Set<string>();
    for (const flag of add) {
      if (flag.toLowerCase() === '\\seen') removes.add('UNREAD');
      const id = await this.#labelFor(container, flag, notes);
      if (id !== undefined) adds.add(id);
    }
    for (const flag of remove) {
      if (flag.toLowerCase() === '\\seen') adds.add('UNREAD');
      for (const id of this.#carriersOf(container, flag)) if (!adds.has(id)) removes.add(id);
    }
    return { addLabelIds: [...adds], removeLabelIds: [...removes] };
  }

  async #labelFor(container: string, flag: string, notes: FidelityNote[]): Promise<string | undefined> {
    const key = flag.toLowerCase();
    if (flag === '' || NO_STATE.has(key) || (key === '\\draft' && container === 'DRAFT')) return undefined;
    if (key === '\\flagged') return 'STARRED';
    if (key === '$important') return 'IMPORTANT';
    const state = STATE_LABELS.get(key);
    if (state !== undefined) return (await this.#labels.ensure(state.name, true)).id;
    if (TAB.test(flag) && this.#settings.tabs) return flag;
    if (this.#settings.keywords === 'leave' || !isKeyword(flag)) return dropped(flag, notes);
    if (key === 'inbox' && this.#comesAfter(container, 'INBOX')) return 'INBOX';
    const own = this.#labels.named(flag);
    if (own !== undefined && this.#comesAfter(container, own.id)) return own.id;
    const name = this.#tagName(flag);
    if (name === undefined) return dropped(flag, notes);
    return (await this.#labels.ensure(name, false)).id;
  }

  /** A label of this name is a folder of its own, and has no say in which folder the message is in. */
  #comesAfter(container: string, labelId: string): boolean {
    const { scheme } = this.#labels;
    const [folder, other] = [scheme.rankOf(container), scheme.rankOf(labelId)];
    return folder !== undefined && other !== undefined && other > folder && container !== ARCHIVE;
  }

  #tagName(keyword: string): string | undefined {
    const name = `${this.#settings.keywordParent}/${keyword}`;
    const isNested = keyword.split('/').every((level) => level.trim() === level && level !== '');
    return name.length <= MAX_NAME && isNested ? name : undefined;
  }

  /** Whatever may carry this flag on a message of this folder. */
  #carriersOf(container: string, flag: string): readonly string[] {
    const key = flag.toLowerCase();
    if (key === '\\flagged') return ['STARRED'];
    if (key === '$important') return ['IMPORTANT'];
    if (TAB.test(flag)) return this.#settings.tabs ? [flag] : [];
    if (NO_STATE.has(key)) return [];
    const names = [STATE_LABELS.get(key)?.name, `${this.#settings.keywordParent}/${flag}`, flag];
    const ids = names.flatMap((name) => (name === undefined ? [] : (this.#labels.named(name)?.id ?? [])));
    if (key === 'inbox') ids.push('INBOX');
    return ids.filter((id) => id !== container);
  }

  /** The label that carries the keyword of a folder's label, where that one can't stay. */
  async tagFor(labelId: string): Promise<string | undefined> {
    const label = this.#labels.get(labelId);
    if (label?.type !== 'user') return undefined;
    const name = this.#tagName(label.name);
    return name === undefined ? undefined : (await this.#labels.ensure(name, false)).id;
  }
}

function dropped(flag: string, notes: FidelityNote[]): undefined {
  const shown = `“${flag.slice(0, 60).replace(/[^\x20-\x7e]/g, '?')}”`;
  notes.push({ code: 'flag-dropped', text: `A flag was left out: it can’t be a label in Gmail (${shown}).` });
  return undefined;
}
