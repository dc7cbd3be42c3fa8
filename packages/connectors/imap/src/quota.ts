import type { ImapConnection } from './protocol/connection.ts';

/** STORAGE of the roots of INBOX (RFC 9208), in bytes; the fullest root counts. Undefined where there is none. */
export async function askQuota(connection: ImapConnection): Promise<{ used: number; limit: number } | undefined> {
  if (!connection.has('QUOTA')) return undefined;
  let found: { used: number; limit: number } | undefined;
  const reply = await connection.run(['GETQUOTAROOT INBOX'], {
    untagged: (response) => {
      if (response.name === 'QUOTAROOT') return true;
      if (response.name !== 'QUOTA') return false;
      response.cursor.value();
      const resources = response.cursor.value();
      if (!Array.isArray(resources)) return true;
      for (let at = 0; at + 2 < resources.length; at += 3) {
        if (String(resources[at]).toUpperCase() !== 'STORAGE') continue;
        const [used, limit] = [Number(resources[at + 1]) * 1024, Number(resources[at + 2]) * 1024];
        if (Number.isFinite(used) && Number.isFinite(limit) && (!found || limit - used < found.limit - found.used))
          found = { used, limit };
      }
      return true;
    },
  });
  return reply.status === 'OK' ? found : undefined;
}
