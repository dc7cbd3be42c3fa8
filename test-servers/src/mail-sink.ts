/** An SMTP server on 127.0.0.1 that keeps what it is given and delivers nothing: what a server would have mailed. */
import { createServer, type Server, type Socket } from 'node:net';

export interface SunkMail {
  /** Addresses of RCPT TO. */
  readonly recipients: readonly string[];
  /** Header and body as they came, dots unstuffed. */
  readonly message: string;
}

export interface MailSink {
  readonly port: number;
  /** In the order in which they came; complete once the sender has its 250. */
  readonly mails: SunkMail[];
  close(): Promise<void>;
}

export async function startMailSink(host: string, port: number): Promise<MailSink> {
  const mails: SunkMail[] = [];
  const open = new Set<Socket>();
  const server: Server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    converse(socket, (mail) => mails.push(mail));
  });
  // The servers under test are what keeps a test alive, not this.
  server.unref();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, resolve);
  });
  return {
    port,
    mails,
    close: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/** RFC 5321, as much of it as a sender needs. */
function converse(socket: Socket, take: (mail: SunkMail) => void): void {
  let text = '';
  let recipients: string[] = [];
  let data: string[] | undefined;
  const say = (line: string): void => {
    socket.write(`${line}\r\n`);
  };
  const line = (given: string): void => {
    if (data !== undefined) {
      if (given !== '.') {
        data.push(given.startsWith('.') ? given.slice(1) : given);
        return;
      }
      take({ recipients, message: `${data.join('\r\n')}\r\n` });
      data = undefined;
      recipients = [];
      say('250 kept');
      return;
    }
    const verb = given.slice(0, 4).toUpperCase();
    if (verb === 'EHLO') say('250 sink');
    else if (verb === 'DATA') {
      data = [];
      say('354 go on');
    } else if (verb === 'QUIT') {
      say('221 bye');
      socket.end();
    } else {
      if (verb === 'RCPT') recipients.push(/<([^>]*)>/.exec(given)?.[1] ?? given);
      if (verb === 'RSET') recipients = [];
      say('250 ok');
    }
  };
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    text += chunk;
    for (let end = text.indexOf('\r\n'); end !== -1; end = text.indexOf('\r\n')) {
      const given = text.slice(0, end);
      text = text.slice(end + 2);
      line(given);
    }
  });
  say('220 sink');
}
