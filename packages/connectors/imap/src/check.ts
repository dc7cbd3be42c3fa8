import { TLSSocket } from 'node:tls';
import { authorityOf, type CheckLine, type SystemConfig } from '@sterna/connector-kit';
import { asSternaError } from '@sterna/core';
import type { ImapConnection } from './protocol/connection.ts';
import { dial } from './protocol/dial.ts';
import { openSession } from './session.ts';
import { parseSettings, portOf } from './settings.ts';

/** What can be found out about a system, line by line, up to the first thing that is wrong. Never throws. */
export async function checkSystem(
  system: SystemConfig,
  address: string | undefined,
  signal: AbortSignal = new AbortController().signal,
): Promise<readonly CheckLine[]> {
  const lines: CheckLine[] = [];
  let doing = 'settings';
  try {
    const settings = parseSettings(system.settings);
    const ca = authorityOf(settings);
    doing = 'connection';
    const connection = await dial({
      ...settings,
      port: portOf(settings),
      ca,
      connectTimeoutMs: settings.connectTimeoutSeconds * 1000,
      replyTimeoutMs: settings.replyTimeoutSeconds * 1000,
      signal,
    });
    lines.push({
      name: 'connection',
      ok: true,
      evidence: `${settings.host} is ${connection.socket.remoteAddress}, port ${connection.socket.remotePort}`,
    });
    lines.push(tlsLine(connection));
    await connection.close();
    if (address === undefined) return lines;
    doing = 'sign-in';
    const session = await openSession({ system, address, role: 'write', installation: '00000000', signal });
    try {
      lines.push({ name: 'sign-in', ok: true, evidence: `signed in to the mailbox ${address}` });
      for (const [name, evidence] of Object.entries(session.capabilities.evidence))
        lines.push({ name: `capability: ${name}`, ok: true, evidence });
      doing = 'quota';
      const quota = await session.quota();
      lines.push({
        name: 'quota',
        ok: quota === undefined || quota.used < quota.limit,
        evidence: quota ? `${quota.used} of ${quota.limit} bytes used` : 'the server tells none',
        ...(quota && quota.used >= quota.limit ? { fix: 'Make room in the mailbox or raise its quota.' } : {}),
      });
      doing = 'folders';
      const containers = await session.reader.containers();
      const messages = containers.reduce((sum, container) => sum + (container.total ?? 0), 0);
      lines.push({ name: 'folders', ok: true, evidence: `${containers.length} folders, ${messages} messages` });
    } finally {
      await session.close();
    }
  } catch (thrown) {
    const error = asSternaError(thrown);
    lines.push({ name: doing, ok: false, evidence: error.message, ...(error.fix ? { fix: error.fix } : {}) });
  }
  return lines;
}

function tlsLine(connection: ImapConnection): CheckLine {
  const { socket } = connection;
  if (!(socket instanceof TLSSocket))
    return {
      name: 'encryption',
      ok: true,
      evidence: 'none: plain text',
      fix: 'Fine on one machine; between machines use imaps:// or STARTTLS.',
    };
  const certificate = socket.getPeerCertificate();
  const issuer = certificate.issuer?.O ?? certificate.issuer?.CN ?? 'unknown';
  return {
    name: 'encryption',
    ok: true,
    evidence: `${socket.getProtocol()}, certificate from ${String(issuer)}, valid to ${certificate.valid_to}`,
    ...(socket.authorized ? {} : { fix: 'The certificate is not verified: give the authority in `ca`.' }),
  };
}
