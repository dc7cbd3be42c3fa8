import type { Capabilities } from '@sterna/connector-kit';
import type { ImapConnection } from './protocol/connection.ts';
import type { Selected } from './protocol/select.ts';

/** What a session can do, from what the server announced and, for targets, from what INBOX says of its flags. */
export function capabilitiesOf(connection: ImapConnection, inbox: Selected | undefined): Capabilities {
  const has = (name: string) => connection.has(name);
  const permanent = inbox?.permanentFlags ?? [];
  const anyKeyword = permanent.includes('\\*');
  const someKeyword = permanent.some((flag) => !flag.startsWith('\\'));
  const gmail = has('X-GM-EXT-1');
  const limit = appendLimitOf(connection);
  const told = (names: readonly string[], none: string) => names.filter(has).join(', ') || none;
  return {
    kinds: ['message'],
    settle: anyKeyword ? 'pending-mark' : 'read-back',
    delta: has('CONDSTORE') || has('QRESYNC') ? 'modseq' : 'list',
    bytes: 'crlf',
    idScope: 'container',
    collapsesTwins: gmail ? 'container' : false,
    manySessions: true,
    dateKept: true,
    moves: has('MOVE') || has('UIDPLUS') || has('IMAP4REV2'),
    keywords: anyKeyword ? 'all' : someKeyword ? 'listed' : 'none',
    permissions: false,
    versions: false,
    batch: { objects: 100, bytes: 4 * 1024 * 1024, inFlight: 3 },
    maxObjectBytes: limit,
    evidence: {
      settle: inbox
        ? `PERMANENTFLAGS (${permanent.join(' ').slice(0, 200)}) of INBOX`
        : 'no folder was opened for writing',
      delta: told(['QRESYNC', 'CONDSTORE'], 'neither CONDSTORE nor QRESYNC'),
      batch: told(['MULTIAPPEND', 'LITERAL+', 'LITERAL-'], 'one message at a time'),
      ids: told(['UIDPLUS'], 'no UIDPLUS: new messages are found by reading back'),
      glance: told(['LIST-STATUS'], 'no LIST-STATUS: one STATUS for each folder'),
      moves: told(['MOVE', 'UIDPLUS'], 'neither MOVE nor UIDPLUS'),
      folders: told(['SPECIAL-USE', 'CREATE-SPECIAL-USE', 'NAMESPACE'], 'folder roles are taken from names'),
      ...(limit === undefined ? {} : { maxObjectBytes: `APPENDLIMIT=${limit}` }),
    },
  };
}

/** `APPENDLIMIT=n` (RFC 7889). */
export function appendLimitOf(connection: ImapConnection): number | undefined {
  for (const capability of connection.capabilities) {
    const match = /^APPENDLIMIT=(\d{1,15})$/.exec(capability);
    if (match) return Number(match[1]);
  }
  return undefined;
}
