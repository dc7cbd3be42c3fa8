import { explained } from './explains.ts';
import type { GoldenKind, GoldenObject } from './objects.ts';

/** What the books say of an object: a note's code, by the object's id or, where the API doesn't tell it, its name. */
export interface Told {
  readonly objectId: string | undefined;
  readonly subject: string | undefined;
  readonly code: string;
  readonly kind: string;
  readonly folder: string | undefined;
  readonly reason: string;
}

export interface Finding {
  readonly kind: GoldenKind;
  readonly key: string;
  readonly name: string;
  readonly verdict: 'identical' | 'noted' | 'unaccounted';
  /** Properties that differ and what they were and are; none where an object is missing or one too many. */
  readonly differences: readonly Difference[];
  readonly problem?: 'missing' | 'extra';
  readonly codes: readonly string[];
}

export interface Difference {
  readonly property: string;
  readonly was: string;
  readonly is: string;
  /** Code of the note that tells it. */
  readonly code: string | undefined;
}

/** Pairs the objects of a person by kind and key, and those of one key by how alike they are. */
export function compare(
  originals: readonly GoldenObject[],
  copies: readonly GoldenObject[],
  told: readonly Told[],
): { readonly findings: readonly Finding[]; readonly pairs: ReadonlyMap<string, string> } {
  const books = new Books(told);
  const findings: Finding[] = [];
  const pairs = new Map<string, string>();
  let [lost, found] = [[...originals], [...copies]];
  // By what identifies them, then by name alone: what got another identity is a difference, not a loss and a gain.
  for (const keyOf of KEYS) {
    const candidates = groupBy(found, keyOf);
    const alone: GoldenObject[] = [];
    for (const [key, group] of groupBy(lost, keyOf))
      for (const { original, copy } of paired(group, candidates.get(key) ?? [])) {
        if (copy === undefined) {
          alone.push(original);
          continue;
        }
        pairs.set(original.id, copy.id);
        findings.push(judged(original, copy, books));
      }
    lost = alone;
    found = [...candidates.values()].flat();
  }
  findings.push(...lost.map((original) => missing(original, books)), ...found.map((copy) => extra(copy)));
  return { findings, pairs };
}

/** How objects are recognized, the surest first. */
const KEYS: readonly ((object: GoldenObject) => string)[] = [
  // Of a document "Plan" and a file "Plan.docx" in one folder, the target has "Plan.docx" and "Plan (2).docx": which is
  // which, their contents and times tell.
  ({ kind, key }) => `${kind} ${kind === 'file' ? withoutExtension(key).replace(/ \(\d+\)$/, '') : key}`,
  ({ kind, name, properties }) => `${kind} ${name} ${properties.content ?? ''}`,
  // A native document becomes a file with an extension.
  ({ kind, key }) => `${kind} ${kind === 'file' ? withoutExtension(key) : key}`,
  // Another name, the same file.
  ({ kind, key, properties }) =>
    kind === 'file' ? `file ${properties.content} ${properties.size} ${properties.modified}` : `${kind} ${key}`,
  // Both at once: what was created when is left.
  ({ kind, key, properties }) =>
    kind === 'file' ? `file ${properties.created} ${properties.modified}` : `${kind} ${key}`,
  // What has no name is called something elsewhere.
  ({ kind, key, properties }) => (kind === 'task' ? `task ${properties.list} ${properties.due}` : `${kind} ${key}`),
];

const withoutExtension = (path: string): string => path.replace(/\.[a-z0-9]{2,5}$/i, '');

function judged(original: GoldenObject, copy: GoldenObject, books: Books): Finding {
  const codes = books.codesOf(original);
  const differences = differing(original, copy).map((property) => ({
    property,
    was: toldBy(original, property),
    is: toldBy(copy, property),
    code: codes.find((code) => explained(code, property)),
  }));
  const isTold = differences.every(({ code }) => code !== undefined);
  return {
    ...labels(original),
    verdict: differences.length === 0 ? 'identical' : isTold ? 'noted' : 'unaccounted',
    differences,
    codes,
  };
}

const missing = (original: GoldenObject, books: Books): Finding => ({
  ...labels(original),
  // Whatever keeps an object back is in the books with its reason.
  verdict: books.isKeptBack(original) ? 'noted' : 'unaccounted',
  differences: [],
  problem: 'missing',
  codes: books.codesOf(original),
});

const extra = (copy: GoldenObject): Finding => ({
  ...labels(copy),
  verdict: 'unaccounted',
  differences: [],
  problem: 'extra',
  codes: [],
});

const toldBy = ({ key, properties, native }: GoldenObject, property: string): string =>
  property === 'identity' ? key : (properties[property] ?? native?.[property] ?? '');

const labels = ({ kind, key, name }: GoldenObject) => ({ kind, key, name });

const differing = (a: GoldenObject, b: GoldenObject): string[] => [
  ...(a.key === b.key ? [] : ['identity']),
  ...[
    ...differingIn(a.properties, b.properties),
    ...(a.native === undefined || b.native === undefined ? [] : differingIn(a.native, b.native)),
  ].sort(),
];

const differingIn = (a: GoldenObject['properties'], b: GoldenObject['properties']): string[] =>
  [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => !isSame(name, a[name] ?? '', b[name] ?? ''));

/** Gmail takes when a message was received from its Date header; more than a day between them is to be told. */
const RECEIVED_WITHIN_MS = 86_400_000;

const isSame = (property: string, a: string, b: string): boolean =>
  a === b || (property === 'received' && Math.abs(Date.parse(a) - Date.parse(b)) <= RECEIVED_WITHIN_MS);

/** The most alike first, so that twins don't show each other's differences. Takes what it pairs out of `copies`. */
function* paired(
  originals: readonly GoldenObject[],
  copies: GoldenObject[],
): Generator<{ original: GoldenObject; copy: GoldenObject | undefined }> {
  const waiting = [...originals];
  const distances = waiting.flatMap((original) =>
    // A file's identity is its path.
    copies.map((copy) => ({
      original,
      copy,
      distance: differing(original, copy).filter((property) => property !== 'identity').length,
    })),
  );
  for (const { original, copy } of distances.sort((a, b) => a.distance - b.distance)) {
    if (!waiting.includes(original) || !copies.includes(copy)) continue;
    waiting.splice(waiting.indexOf(original), 1);
    copies.splice(copies.indexOf(copy), 1);
    yield { original, copy };
  }
  for (const original of waiting) yield { original, copy: undefined };
}

function groupBy(
  objects: readonly GoldenObject[],
  keyOf: (object: GoldenObject) => string,
): Map<string, GoldenObject[]> {
  const groups = new Map<string, GoldenObject[]>();
  for (const object of objects) push(groups, keyOf(object), object);
  return groups;
}

function push<T>(groups: Map<string, T[]>, key: string, one: T): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [one]);
  else group.push(one);
}

/** Kinds of notes that say that an object was not brought. */
const KEPT_BACK: ReadonlySet<string> = new Set(['failure', 'skipped', 'filtered', 'merged', 'uncertain']);

/** Of files of one name all but the first have more behind it; an exported document has an extension. */
const isNameOf = (objectId: string, name: string): boolean => {
  const [base = ''] = objectId.split('\u001f');
  return base === name || base.replace(/\.[a-z]{3,4}$/, '') === name;
};

/** In folder paths of the books a `/` of a name is `\\/`. */
const unescaped = (path: string): string => path.replace(/\\(.)/g, '$1');

class Books {
  readonly #byId = new Map<string, Told[]>();
  readonly #byFolder = new Map<string, (Told & { readonly objectId: string })[]>();
  /** Of a whole entry, or of an object that only its name tells. */
  readonly #others: Told[] = [];

  constructor(told: readonly Told[]) {
    for (const note of told) {
      const { objectId } = note;
      if (objectId === undefined) {
        this.#others.push(note);
        continue;
      }
      push(this.#byId, objectId, note);
      push(this.#byFolder, unescaped(note.folder ?? ''), { ...note, objectId });
    }
  }

  #of({ kind, id, key, name, properties }: GoldenObject): readonly Told[] {
    // The product's ids of settings are of its own making.
    if (kind === 'setting')
      return [...this.#byId.values(), this.#others]
        .flat()
        .filter(({ subject, objectId }) => subject === name || objectId === id);
    if (kind !== 'file' && kind !== 'folder') {
      const place = kind === 'list' ? name : kind === 'page' ? 'Pages' : properties.list;
      return [
        ...(this.#byId.get(id) ?? []),
        ...this.#others.filter(({ subject, folder }) => subject === name || (place !== undefined && folder === place)),
      ];
    }
    // A drive's files are told by folder and name, and what concerns several by their paths.
    const path = key.slice(1);
    const folder = path.slice(0, Math.max(0, path.length - name.length - 1));
    return [
      ...(this.#byFolder.get(folder) ?? []).filter(({ objectId }) => isNameOf(objectId, name)),
      ...this.#others.filter((note) => note.folder === path || note.reason.includes(path)),
    ];
  }

  codesOf(object: GoldenObject): string[] {
    return [...new Set(this.#of(object).map(({ code }) => code))];
  }

  isKeptBack(object: GoldenObject): boolean {
    return this.#of(object).some(({ kind }) => KEPT_BACK.has(kind));
  }
}
