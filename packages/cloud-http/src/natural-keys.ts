/** What each container holds by its natural key, listed once in a session and kept up by what we write. */
export class NaturalKeys {
  readonly #list: (container: string) => Promise<ReadonlyMap<string, string>>;
  readonly #known = new Map<string, Promise<Map<string, string>>>();

  /** @param list key → id of all that a container holds */
  constructor(list: (container: string) => Promise<ReadonlyMap<string, string>>) {
    this.#list = list;
  }

  async find(container: string, key: string): Promise<string | undefined> {
    return (await this.#of(container)).get(key);
  }

  async put(container: string, key: string, id: string): Promise<void> {
    (await this.#of(container)).set(key, id);
  }

  /** It isn't there any more. */
  async drop(container: string, id: string): Promise<void> {
    const known = await this.#known.get(container);
    for (const [key, other] of known ?? []) if (other === id) known?.delete(key);
  }

  #of(container: string): Promise<Map<string, string>> {
    const known = this.#known.get(container);
    if (known !== undefined) return known;
    const listed = this.#list(container).then((found) => new Map(found));
    this.#known.set(container, listed);
    listed.catch(() => this.#known.delete(container));
    return listed;
  }
}
