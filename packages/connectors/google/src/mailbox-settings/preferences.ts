import type { FidelityNote } from '@sterna/connector-kit';
import type { AutomaticReply, Forwarding, Regional, Signature } from '@sterna/content';
import type { GmailAutoForwarding, GmailLanguage, GmailSendAs, GmailVacation } from './gmail-settings.ts';

/** Undefined for what nobody has chosen: off, and without a text. */
export function automaticReplyOf(given: GmailVacation): AutomaticReply | undefined {
  const { enableAutoReply, responseSubject, responseBodyHtml, responseBodyPlainText, startTime, endTime } = given;
  const text = responseBodyHtml || htmlOf(responseBodyPlainText ?? '');
  const subject = responseSubject ?? '';
  if (enableAutoReply !== true && text === '' && subject === '') return undefined;
  const [from, until] = [instantOf(startTime), instantOf(endTime)];
  const isScheduled = enableAutoReply === true && (from ?? until) !== undefined;
  return {
    type: 'automatic-reply',
    status: enableAutoReply !== true ? 'off' : isScheduled ? 'scheduled' : 'on',
    outside: given.restrictToDomain === true ? 'nobody' : given.restrictToContacts === true ? 'contacts' : 'everybody',
    insideText: text,
    outsideText: text,
    ...(subject === '' ? {} : { subject }),
    ...(isScheduled && from !== undefined ? { from } : {}),
    ...(isScheduled && until !== undefined ? { until } : {}),
  };
}

const instantOf = (time: string | undefined): string | undefined =>
  time === undefined || !/^\d{1,15}$/.test(time) || time === '0' ? undefined : new Date(Number(time)).toISOString();

const htmlOf = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replace(/\r?\n/g, '<br>');

/**
 * Gmail has one text. Where two differ it gets the one for people outside, who must not read what is for colleagues;
 * where there is none for them, they get no answer.
 */
export function vacationFor(reply: AutomaticReply): {
  readonly vacation: GmailVacation;
  readonly notes: readonly FidelityNote[];
} {
  const { status, outside, insideText, outsideText, subject, from, until } = reply;
  const isInside = outside === 'nobody' || outsideText === '';
  const text = isInside ? insideText : outsideText;
  const vacation: GmailVacation = {
    // Gmail can't switch on what says nothing.
    enableAutoReply: status !== 'off' && (text !== '' || (subject ?? '') !== ''),
    responseBodyHtml: text,
    ...(subject === undefined ? {} : { responseSubject: subject }),
    restrictToDomain: isInside,
    restrictToContacts: !isInside && outside === 'contacts',
    ...(from === undefined ? {} : { startTime: String(Date.parse(from)) }),
    ...(until === undefined ? {} : { endTime: String(Date.parse(until)) }),
  };
  const isOne = insideText === outsideText || (outside === 'nobody' && outsideText === '');
  return {
    vacation,
    notes: isOne
      ? []
      : [
          {
            code: 'automatic-reply-one-text',
            text: isInside
              ? 'Gmail has one text for everybody: it got the one for colleagues, and nobody else is answered.'
              : 'Gmail has one text for everybody: it got the one for people outside of the organization.',
          },
        ],
  };
}

/** Undefined for an address without anything of its own. */
export function signatureOf({ sendAsEmail, signature, replyToAddress, isPrimary }: GmailSendAs): Signature | undefined {
  if (!signature && !replyToAddress) return undefined;
  return {
    type: 'signature',
    ...(isPrimary === true ? {} : { who: { address: sendAsEmail } }),
    text: signature ?? '',
    ...(replyToAddress ? { replyTo: { address: replyToAddress } } : {}),
  };
}

const AFTERWARDS = { leaveInInbox: 'stays', markRead: 'read', archive: 'archive', trash: 'trash' } as const;

export const forwardingOf = ({ enabled, emailAddress, disposition }: GmailAutoForwarding): Forwarding | undefined =>
  enabled === true && emailAddress
    ? {
        type: 'forwarding',
        to: { address: emailAddress },
        afterwards: AFTERWARDS[disposition as keyof typeof AFTERWARDS] ?? 'stays',
      }
    : undefined;

export const autoForwardingFor = ({ to, afterwards }: Forwarding): GmailAutoForwarding => ({
  enabled: true,
  emailAddress: to.address,
  disposition: Object.entries(AFTERWARDS).find(([, said]) => said === afterwards)?.[0] ?? 'leaveInInbox',
});

/** What Gmail shows to whoever chose nothing. */
export const DEFAULT_LANGUAGE = 'en';

/** Undefined where nobody has chosen one. */
export const regionalOf = ({ displayLanguage }: GmailLanguage): Regional | undefined =>
  displayLanguage && displayLanguage !== DEFAULT_LANGUAGE ? { type: 'regional', language: displayLanguage } : undefined;

/** Gmail names the country only where it makes another language; https://developers.google.com/workspace/gmail/api/guides/language-settings */
export function languageFor(language: string): string {
  let short: string;
  try {
    short = new Intl.Locale(language).minimize().toString();
  } catch {
    return language;
  }
  return short === 'pt' || short === 'zh' ? language : short;
}
