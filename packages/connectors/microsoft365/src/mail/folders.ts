import { type Container, inParallel, type SpecialUse } from '@sterna/connector-kit';
import { batch } from '../graph/batch.ts';
import { segment } from '../graph/client.ts';
import { foldedName } from '../outlook/folder-names.ts';
import type { PartContext } from '../part.ts';

/** Where imports are stamped before they are moved; of whichever installation, it is nobody's mail. */
export const stagingName = (installation: string): string => `Sterna import ${installation}`;
export const isStaging = ({ displayName, isHidden }: MailFolder): boolean =>
  isHidden === true && /^Sterna import [0-9a-f]{8}$/.test(displayName);

export interface MailFolder {
  readonly id: string;
  readonly displayName: string;
  readonly parentFolderId: string;
  readonly childFolderCount?: number | null;
  readonly totalItemCount?: number | null;
  readonly isHidden?: boolean | null;
  readonly '@odata.type'?: string;
}

const SELECT = 'id,displayName,parentFolderId,childFolderCount,totalItemCount,isHidden';
const SEARCH_FOLDER = '#microsoft.graph.mailSearchFolder';
const PAGE = 250;
const WIDTH = 4;

/** Names by which Graph finds folders in any language (https://learn.microsoft.com/en-us/graph/api/resources/mailfolder). */
const ROLES = {
  inbox: 'inbox',
  drafts: 'drafts',
  sentitems: 'sent',
  deleteditems: 'trash',
  junkemail: 'junk',
  archive: 'archive',
} as const satisfies Readonly<Record<string, SpecialUse>>;
export type WellKnown = keyof typeof ROLES | 'outbox' | 'msgfolderroot' | (typeof NO_MAIL)[number];
/** Logs of Outlook's own, and views of what lies elsewhere. */
const NO_MAIL = ['syncissues', 'conflicts', 'localfailures', 'serverfailures', 'searchfolders'] as const;
const WELL_KNOWN: readonly WellKnown[] = [
  ...(Object.keys(ROLES) as (keyof typeof ROLES)[]),
  'outbox',
  'msgfolderroot',
  ...NO_MAIL,
];

/** The mail folders of one user, as they were when they were listed, with those that were made since. */
export class Folders {
  readonly #context: PartContext;
  readonly #right: string;
  #wellKnown: ReadonlyMap<WellKnown, string> | undefined;
  #byId = new Map<string, MailFolder>();
  #isListed = false;

  constructor(context: PartContext, right: string) {
    this.#context = context;
    this.#right = right;
  }

  /** Which folder a well-known name is; asked once. Names that the mailbox has no folder for are missing. */
  async wellKnown(): Promise<ReadonlyMap<WellKnown, string>> {
    if (this.#wellKnown !== undefined) return this.#wellKnown;
    const { client, userPath, outlook } = this.#context;
    const answers = await batch(
      client,
      WELL_KNOWN.map((name) => ({
        method: 'GET',
        path: `${userPath}/mailFolders/${name}`,
        query: { $select: 'id' },
        expected: [404],
      })),
      { doing: 'looking for the well-known folders', budget: outlook, right: this.#right },
    );
    const found = new Map<WellKnown, string>();
    for (const [at, answer] of answers.entries()) {
      if ('error' in answer) throw answer.error;
      const { id } = (answer.body ?? {}) as { id?: unknown };
      if (answer.status === 200 && typeof id === 'string') found.set(WELL_KNOWN[at] as WellKnown, id);
    }
    this.#wellKnown = found;
    return found;
  }

  /** Asks anew for all of them. */
  async list(): Promise<readonly Container[]> {
    const { userPath } = this.#context;
    const [known, top] = await Promise.all([this.wellKnown(), this.#children(`${userPath}/mailFolders`)]);
    const left = new Set(NO_MAIL.flatMap((name) => known.get(name) ?? []));
    const byId = new Map<string, MailFolder>();
    let level = top;
    while (level.length > 0) {
      const wanted = level.filter((folder) => !left.has(folder.id) && folder['@odata.type'] !== SEARCH_FOLDER);
      for (const folder of wanted) byId.set(folder.id, folder);
      const parents = wanted.filter(({ childFolderCount }) => (childFolderCount ?? 0) > 0);
      const below = await inParallel(parents, WIDTH, ({ id }) =>
        this.#children(`${userPath}/mailFolders/${segment(id)}/childFolders`),
      );
      level = below.flat();
    }
    this.#byId = byId;
    this.#isListed = true;
    return [...byId.values()]
      .filter((folder) => folder.isHidden !== true || (folder.totalItemCount ?? 0) > 0)
      .filter((folder) => !isStaging(folder))
      .map((folder) => this.container(folder, known));
  }

  /** Lists them, unless that was done. */
  async ready(): Promise<ReadonlyMap<WellKnown, string>> {
    if (!this.#isListed) await this.list();
    return this.wellKnown();
  }

  get(id: string): MailFolder | undefined {
    return this.#byId.get(id);
  }

  /** The one of this display name below the parent; hidden ones too, for they take their names. */
  below(parent: string, name: string): { readonly exact?: MailFolder; readonly alike?: MailFolder } {
    const key = foldedName(name);
    const alike = [...this.#byId.values()].filter(
      (folder) => folder.parentFolderId === parent && foldedName(folder.displayName) === key,
    );
    const exact = alike.find((folder) => folder.displayName === name);
    return { ...(exact === undefined ? {} : { exact }), ...(alike[0] === undefined ? {} : { alike: alike[0] }) };
  }

  add(folder: MailFolder): void {
    this.#byId.set(folder.id, folder);
  }

  drop(id: string): void {
    this.#byId.delete(id);
  }

  container(folder: MailFolder, known: ReadonlyMap<WellKnown, string>): Container {
    const role = (Object.keys(ROLES) as (keyof typeof ROLES)[]).find((name) => known.get(name) === folder.id);
    return {
      id: folder.id,
      path: this.#pathOf(folder, known),
      kind: 'message',
      ...(role === undefined ? {} : { role: ROLES[role] }),
      ...(typeof folder.totalItemCount === 'number' ? { total: folder.totalItemCount } : {}),
    };
  }

  /** The inbox is INBOX in every language; somebody’s own folder of that name is not. */
  #pathOf(folder: MailFolder, known: ReadonlyMap<WellKnown, string>): string[] {
    const path: string[] = [];
    for (let at: MailFolder | undefined = folder, depth = 0; at !== undefined && depth < 300; depth += 1) {
      if (at.id === known.get('inbox')) return ['INBOX', ...path];
      path.unshift(at.displayName);
      at = this.#byId.get(at.parentFolderId);
    }
    if (path[0]?.toUpperCase() === 'INBOX') path[0] = `${path[0]}_`;
    return path;
  }

  #children(path: string): Promise<MailFolder[]> {
    const { client, outlook } = this.#context;
    return client.all<MailFolder>({
      method: 'GET',
      path,
      query: { includeHiddenFolders: 'true', $select: SELECT, $top: PAGE },
      doing: 'listing the mail folders',
      right: this.#right,
      budget: outlook,
    });
  }
}
