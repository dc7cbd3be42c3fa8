import { readFile } from 'node:fs/promises';

/** Names of accounts and groups of this machine. Who has no name is called by the number. */
export class People {
  readonly #users: Numbers;
  readonly #groups: Numbers;

  private constructor(users: Numbers, groups: Numbers) {
    this.#users = users;
    this.#groups = groups;
  }

  static async ofThisMachine(): Promise<People> {
    const [users, groups] = await Promise.all([read('/etc/passwd'), read('/etc/group')]);
    return new People(users, groups);
  }

  nameOf(kind: 'user' | 'group', id: number): string {
    return this.#of(kind).byId.get(id) ?? String(id);
  }

  /** Undefined for who isn't known here. */
  idOf(kind: 'user' | 'group', name: string): number | undefined {
    const known = this.#of(kind).byName.get(name);
    return known ?? (/^\d{1,9}$/.test(name) ? Number(name) : undefined);
  }

  #of(kind: 'user' | 'group'): Numbers {
    return kind === 'user' ? this.#users : this.#groups;
  }
}

interface Numbers {
  readonly byId: ReadonlyMap<number, string>;
  readonly byName: ReadonlyMap<string, number>;
}

/** passwd(5) and group(5): `name:password:id:…` */
async function read(path: string): Promise<Numbers> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const lines = text.split('\n').flatMap((line) => {
    const [name, , id] = line.split(':');
    return name && /^\d+$/.test(id ?? '') ? [[name, Number(id)] as const] : [];
  });
  // The first of several lines counts, as it does for the system.
  const reversed = [...lines].reverse();
  return {
    byId: new Map(reversed.map(([name, id]) => [id, name])),
    byName: new Map(reversed),
  };
}
