import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { ImapConnection } from '../src/protocol/connection.ts';

/**
 * Acknowledges an APPEND the moment its last byte is there, and reads nothing more until asked to: the next one can't
 * be on its way completely when the client hears of the first.
 */
async function eagerServer() {
  let go: () => void = () => {};
  const server = createServer((socket) => {
    let left = 0;
    let line = '';
    let tag = '';
    socket.on('error', () => {});
    socket.write('* OK [CAPABILITY IMAP4rev1 LITERAL+] hello\r\n');
    const take = (bytes: Buffer): void => {
      for (let at = 0; at < bytes.length; ) {
        if (left > 0) {
          const taken = Math.min(left, bytes.length - at);
          left -= taken;
          at += taken;
          continue;
        }
        const end = bytes.indexOf(10, at);
        line += bytes.toString('latin1', at, end === -1 ? bytes.length : end);
        if (end === -1) return;
        at = end + 1;
        tag = /^(S\d+) /.exec(line)?.[1] ?? tag;
        left = Number(/\{(\d+)\+\}\r$/.exec(line)?.[1] ?? -1);
        line = '';
        if (left >= 0) continue;
        left = 0;
        socket.write(`${tag} OK done\r\n`);
        socket.pause();
        const rest = bytes.subarray(at);
        go = () => {
          take(rest);
          socket.resume();
        };
        return;
      }
    };
    socket.on('data', take);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, go: () => go(), close: () => server.close() };
}

test('an acknowledgement counts while the next message is stuck on its way', async () => {
  const server = await eagerServer();
  const connection = new ImapConnection(connect(server.port, '127.0.0.1'), { replyTimeoutMs: 10_000 });
  await connection.greeting();
  const body = Buffer.alloc(8_000_000, 'x');
  const replies = Array.from({ length: 4 }, () => connection.run(['APPEND INBOX ', { size: body.length, body }]));
  for (const reply of replies) {
    expect((await reply).status).toBe('OK');
    server.go();
  }
  await connection.close();
  server.close();
});
