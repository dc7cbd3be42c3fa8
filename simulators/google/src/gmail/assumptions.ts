/** Where Gmail's behaviour isn't certain, what the simulator does. */
export interface GmailAssumptions {
  /**
   * `messages.import` of what the mailbox has already adds the labels to that instead: with the same Message-ID and the
   * same content (`equal`), with the same Message-ID alone, or never.
   */
  readonly gmailImportMerges: 'equal' | 'message-id' | 'never';
  /** The same of `messages.insert`, which Google likens to IMAP's APPEND and says nothing more about. */
  readonly gmailInsertMerges: 'equal' | 'message-id' | 'never';
  /** `messages.insert` puts a message into the conversation that its References name, as `messages.import` does. */
  readonly gmailInsertThreads: boolean;
  /** Which of them put a Received line before the message. */
  readonly gmailAddsReceived: 'import' | 'both' | 'none';
  /** `messages.import` gives a Message-ID to what has none. */
  readonly gmailAddsMessageId: boolean;
  /** `messages.import` sorts what goes to the inbox and came from a list into a category. */
  readonly gmailImportAddsCategory: boolean;
  /** `messages.import` refuses what has no From, two, or one that isn't an address. */
  readonly gmailImportChecksFrom: boolean;
  /** Whether a message can be imported or inserted with the label DRAFT. */
  readonly gmailDraftLabelOnInsert: 'refuse' | 'accept';
  /** How long history is kept, in milliseconds. */
  readonly gmailHistoryKeptMs: number;
  /** The longest name of a label, in characters. */
  readonly gmailLabelNameLength: number;
  /** User labels of a mailbox. */
  readonly gmailLabelLimit: number;
}

export const GMAIL_ASSUMPTIONS: GmailAssumptions = {
  gmailImportMerges: 'equal',
  gmailInsertMerges: 'never',
  gmailInsertThreads: false,
  gmailAddsReceived: 'import',
  gmailAddsMessageId: false,
  gmailImportAddsCategory: true,
  gmailImportChecksFrom: true,
  gmailDraftLabelOnInsert: 'refuse',
  gmailHistoryKeptMs: 7 * 86_400_000,
  gmailLabelNameLength: 225,
  gmailLabelLimit: 10_000,
};
