import type { ContentKind } from '@sterna/core';

/** What a web address says it leads to. */
export interface AddressReading {
  /** `Container.address` */
  readonly container: string;
  /** Of an object in it, as the address has it: a file's name, a post's id. '': the container itself. */
  readonly name: string;
}

/** How a system's web addresses name its objects, told from the text alone wherever that says it. Nothing is guessed. */
export interface Addresses {
  /** The most exact reading first; none where it isn't an address of this system. */
  read(address: string): readonly AddressReading[];
  /**
   * Of an address that was read, and of whose readings nobody knows a container: what the system itself says. Absent: the text
   * says all that can be known.
   *
   * @throws SternaError transient | throttled
   */
  locate?(address: string): Promise<readonly AddressReading[]>;
  /** The id by which the reader lists what has this name in that container. @param key `Container.id` */
  idOf(kind: ContentKind, key: string, name: string): string;
  /**
   * The address to put in place of one that was read; undefined: the system doesn't tell it.
   *
   * @param container `Container.address`
   * @param name as `read` gave it; kinds whose objects are known by their names there
   * @param id as the writer gave it; '' for the container itself
   */
  of(container: string, kind: ContentKind, id: string, name: string): string | undefined | Promise<string | undefined>;
}
