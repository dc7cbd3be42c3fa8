import { isIP } from 'node:net';
import type { MailSettings, Sent } from '@sterna/application';
import { createTransport } from 'nodemailer';
import type { AddressGuard } from './address-guard.ts';
import { unreachableInWords } from './unreachable.ts';

const TIMEOUT_MS = 20_000;

/** One plain-text mail over SMTP, with TLS as the channel says. */
export async function sendMail(
  guard: AddressGuard,
  message: {
    readonly server: MailSettings;
    readonly password: string | undefined;
    readonly subject: string;
    readonly text: string;
    readonly messageId: string;
  },
): Promise<Sent> {
  const { server } = message;
  try {
    const { address } = await guard.resolve(server.host);
    const transport = createTransport({
      // The address that was looked at; its certificate is for the name.
      host: address,
      port: server.port,
      secure: server.security === 'tls',
      requireTLS: server.security === 'starttls',
      ignoreTLS: server.security === 'none',
      tls: {
        ...(isIP(server.host) === 0 ? { servername: server.host } : {}),
        ...(server.ca === undefined ? {} : { ca: server.ca }),
      },
      ...(server.user === undefined ? {} : { auth: { user: server.user, pass: message.password ?? '' } }),
      connectionTimeout: TIMEOUT_MS,
      greetingTimeout: TIMEOUT_MS,
      socketTimeout: TIMEOUT_MS,
      // Nothing is read from files or URLs, whatever a text says.
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    try {
      const sent = await transport.sendMail({
        from: { name: 'Sterna', address: server.from },
        to: [...server.to],
        subject: message.subject,
        text: message.text,
        messageId: message.messageId,
        headers: { 'Auto-Submitted': 'auto-generated' },
      });
      const refused = sent.rejected.length;
      return refused === 0
        ? { ok: true, words: 'The mail server took it.' }
        : { ok: true, words: `The mail server took it, but not for ${refused} of ${server.to.length} addresses.` };
    } finally {
      transport.close();
    }
  } catch (thrown) {
    return { ok: false, words: inWords(thrown, server) };
  }
}

/** The server's own reply is for people, and holds nothing of ours but addresses. */
function inWords(thrown: unknown, server: MailSettings): string {
  const { code, originalCode, response, responseCode } = thrown as {
    code?: string;
    originalCode?: string;
    response?: string;
    responseCode?: number;
  };
  const said = response === undefined ? '' : ` It said: ${printable(response)}`;
  if (code === 'EAUTH') return `The mail server refused the user name or the password.${said}`;
  if (code === 'ETLS' && originalCode === undefined)
    return `${server.host} offers no encryption (STARTTLS) on port ${server.port}.`;
  if (responseCode !== undefined || code === 'EENVELOPE' || code === 'EMESSAGE')
    return `The mail server refused the message.${said}`;
  return unreachableInWords(thrown, `${server.host}:${server.port}`);
}

const printable = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  text.replace(/[\u0000-\u001f\u007f]+/g, ' ').slice(0, 200);
