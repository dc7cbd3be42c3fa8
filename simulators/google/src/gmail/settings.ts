/** The settings of a mailbox, as the API tells them. */
export interface Settings {
  readonly filters: Map<string, Record<string, unknown>>;
  /** By address in lower case. */
  readonly sendAs: Map<string, Record<string, unknown>>;
  readonly delegates: Map<string, Record<string, unknown>>;
  readonly forwardingAddresses: Map<string, Record<string, unknown>>;
  vacation: Record<string, unknown>;
  autoForwarding: Record<string, unknown>;
  imap: Record<string, unknown>;
  pop: Record<string, unknown>;
  language: Record<string, unknown>;
}

export function newSettings(address: string, displayName: string): Settings {
  const primary = {
    sendAsEmail: address,
    displayName,
    replyToAddress: '',
    signature: '',
    isPrimary: true,
    isDefault: true,
  };
  return {
    filters: new Map(),
    sendAs: new Map([[address.toLowerCase(), primary]]),
    delegates: new Map(),
    forwardingAddresses: new Map(),
    vacation: { enableAutoReply: false, restrictToContacts: false, restrictToDomain: false },
    autoForwarding: { enabled: false },
    imap: { enabled: true, autoExpunge: true, expungeBehavior: 'archive', maxFolderSize: 0 },
    pop: { accessWindow: 'disabled', disposition: 'leaveInInbox' },
    language: { displayLanguage: 'en' },
  };
}
