/**
 * Why a link in what was migrated stays as the source has it: the setting `links` is `keep`; it leads to nothing that the
 * project has migrated; two entries made a copy each; nothing was there when it was written, and what is written of its kind
 * can't be changed; it is in a message that is signed or encrypted.
 */
export const LINK_REASONS = ['setting', 'not-migrated', 'several-copies', 'written', 'signed'] as const;
export type LinkReason = (typeof LINK_REASONS)[number];
