interface Recipient {
  readonly emailAddress?: { readonly name?: string | null; readonly address?: string | null } | null;
}

/** https://learn.microsoft.com/en-us/graph/api/resources/conversationthread */
export interface GraphThread {
  readonly id: string;
  readonly topic?: string | null;
  readonly lastDeliveredDateTime?: string | null;
  /** Told only where it is selected, as `ccRecipients`. */
  readonly toRecipients?: readonly Recipient[] | null;
  readonly ccRecipients?: readonly Recipient[] | null;
}

/** https://learn.microsoft.com/en-us/graph/api/resources/post */
export interface GraphPost {
  readonly id: string;
  readonly createdDateTime?: string | null;
  readonly receivedDateTime?: string | null;
  readonly hasAttachments?: boolean | null;
  readonly categories?: readonly string[] | null;
  readonly body?: { readonly contentType?: string | null; readonly content?: string | null } | null;
  readonly from?: Recipient | null;
  readonly sender?: Recipient | null;
  readonly newParticipants?: readonly Recipient[] | null;
}

export interface GraphPostAttachment {
  readonly '@odata.type'?: string;
  readonly id: string;
  readonly name?: string | null;
  readonly contentType?: string | null;
  readonly contentId?: string | null;
  readonly isInline?: boolean | null;
  readonly contentBytes?: string | null;
}

export const THREAD_PROPERTIES = 'id,topic,lastDeliveredDateTime,toRecipients,ccRecipients';

export function peopleIn(recipients: readonly (Recipient | null | undefined)[] | null | undefined) {
  return (recipients ?? []).flatMap((one) => {
    const { name, address } = one?.emailAddress ?? {};
    return address ? [{ address, name }] : [];
  });
}
