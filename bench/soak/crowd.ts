/** How a system is told to the product. */
export interface SystemSetUp {
  readonly connector: string;
  readonly settings: Record<string, unknown>;
  readonly password: string;
}

/** Lines and how often each is there. A line says where an object lies and all of its content. */
export type Holding = ReadonlyMap<string, number>;

/** Mailboxes that go from one system to another, and what is known of them without asking the product. */
export interface Crowd {
  readonly name: string;
  readonly source: SystemSetUp;
  readonly target: SystemSetUp;
  readonly mailboxes: readonly Mailbox[];
}

export interface Mailbox {
  readonly from: string;
  readonly to: string;
  /**
   * What people do while the copy is under way: something new comes, and something moves to another folder.
   *
   * @param isListed a pass may be reading its folders, one after the other
   */
  change(isListed: boolean): Promise<void>;
  /** What an administrator does to its target after a disk was full. */
  repair?(): Promise<void>;
  /** Now, read past the product: by its stores themselves. Lines of a faithful copy are equal. */
  source(): Promise<Holding>;
  target(): Promise<Holding>;
}

export function holding(lines: Iterable<string>): Holding {
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  return counts;
}
