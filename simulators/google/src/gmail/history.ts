/** What happened to one message at one moment. */
export interface HistoryRecord {
  readonly id: number;
  /** Milliseconds. */
  readonly at: number;
  readonly messageId: string;
  readonly threadId: string;
  readonly added: boolean;
  readonly deleted: boolean;
  readonly labelsAdded: readonly string[];
  readonly labelsRemoved: readonly string[];
  /** After it. */
  readonly labels: readonly string[];
}

/** The changes of a mailbox, oldest first. Ids increase, with gaps. */
export class History {
  #last: number;
  readonly #records: HistoryRecord[] = [];

  /** @param start the id of the mailbox as it began */
  constructor(start: number) {
    this.#last = start;
  }

  /** The mailbox's current id. */
  get last(): number {
    return this.#last;
  }

  add(record: Omit<HistoryRecord, 'id'>): number {
    this.#last += 1 + (this.#last % 7) * 3;
    this.#records.push({ ...record, id: this.#last });
    return this.#last;
  }

  /** Records after an id, oldest first. */
  after(id: number): readonly HistoryRecord[] {
    let low = 0;
    let high = this.#records.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#records[middle] as HistoryRecord).id <= id) low = middle + 1;
      else high = middle;
    }
    return this.#records.slice(low);
  }
}
