import type { ContentKind, ItemType } from '@sterna/core';

/** What one entry holds of a kind, on the average. */
export interface Share {
  readonly objects: number;
  readonly bytes: number;
}

/** What a migration has to carry. */
export interface Load {
  readonly items: Readonly<Partial<Record<ItemType, number>>>;
  readonly perItem: Readonly<Partial<Record<ItemType, Readonly<Partial<Record<ContentKind, Share>>>>>>;
}

/** What nobody told: a mailbox and a drive of middling size. */
export interface Averages {
  /** Messages of a mailbox. */
  readonly messages: number;
  /** Of a mailbox, in bytes. */
  readonly mailBytes: number;
  readonly events: number;
  readonly contacts: number;
  readonly tasks: number;
  /** Files of a drive; a site or team counts as one. */
  readonly files: number;
  readonly driveBytes: number;
}

export const MIDDLING: Averages = {
  messages: 20_000,
  mailBytes: 3e9,
  events: 1_500,
  contacts: 300,
  tasks: 50,
  files: 3_000,
  driveBytes: 10e9,
};

/** What is told, and of the rest what is usual. */
export function averagesOf(told: { readonly [Name in keyof Averages]?: number | undefined }): Averages {
  const given = Object.entries(told).filter(([, value]) => value !== undefined);
  return { ...MIDDLING, ...Object.fromEntries(given) };
}

const EVENT_BYTES = 2_000;
const CARD_BYTES = 3_000;

export function loadOf(items: Load['items'], averages: Averages): Load {
  const files = { file: { objects: averages.files, bytes: averages.driveBytes } };
  return {
    items,
    perItem: {
      mailbox: {
        message: { objects: averages.messages, bytes: averages.mailBytes },
        event: { objects: averages.events, bytes: averages.events * EVENT_BYTES },
        contact: { objects: averages.contacts, bytes: averages.contacts * CARD_BYTES },
        task: { objects: averages.tasks, bytes: averages.tasks * EVENT_BYTES },
      },
      drive: files,
      site: files,
      group: files,
      team: files,
    },
  };
}
