/** https://developers.google.com/workspace/gmail/api/reference/rest/v1/users.messages, as far as it is asked for. */
export interface Message {
  readonly id: string;
  readonly labelIds?: readonly string[];
  /** Milliseconds since 1970, as text. */
  readonly internalDate?: string;
  readonly sizeEstimate?: number;
}

export const dateOf = ({ internalDate }: Message): Date | undefined => {
  const date = new Date(Number(internalDate ?? Number.NaN));
  return Number.isNaN(date.getTime()) ? undefined : date;
};

export const messagePath = (id: string): string => `/gmail/v1/users/me/messages/${encodeURIComponent(id)}`;
export const MESSAGES = '/gmail/v1/users/me/messages';
