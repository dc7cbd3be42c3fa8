import type { Connector } from '@sterna/connector-kit';
import type { FoundMessage, PickMessage, SuiteEndpoint } from '@sterna/connector-suite';
import { DirectGmail, type DirectGmailMessage, type Google } from '@sterna/simulator-google';
import { googleConnector } from '../../src/index.ts';
import { UNHURRIED } from '../unhurried.ts';
import { labelsOfState, stateOfLabels } from './labels.ts';

export function simulated(server: Google, address: string, settings: Record<string, unknown> = {}) {
  return {
    system: {
      settings: { baseUrl: server.baseUrl, tokenUrl: `${server.baseUrl}/token`, ...UNHURRIED, ...settings },
      credentials: { password: JSON.stringify(server.keyFile) },
    },
    address,
  };
}

const SYSTEM: Readonly<Record<string, string>> = { Sent: 'SENT', Drafts: 'DRAFT', Spam: 'SPAM', Trash: 'TRASH' };

/** A mailbox as its owner sees it, written down without the connector. @param address Of a user whose mailbox is empty */
export function mailEndpoint(server: Google, address: string, settings: Record<string, unknown> = {}): SuiteEndpoint {
  const mail = new DirectGmail(server, address);
  const find = ({ folder, raw }: PickMessage): DirectGmailMessage => {
    const found = mail.messages().find((one) => one.mime.equals(raw) && folderOf(one).join('/') === folder.join('/'));
    if (found === undefined) throw new Error('no such message');
    return found;
  };
  return {
    ...simulated(server, address, settings),
    connector: mailOnly,
    async seed(messages) {
      for (const { folder, raw, flags, date } of messages)
        mail.put([...labelsOf(folder), ...labelsOfState(flags)], raw, date.getTime());
    },
    dump: async () => mail.messages().map(shown),
    folders: async () => [
      ['INBOX'],
      ...mail
        .labels()
        .filter((name) => !/^(?:Sterna|Keywords)\//.test(name))
        .map((name) => name.split('/')),
      // What has no folder's label is always somewhere.
      ['Archive'],
    ],
    async setFlags(which, flags) {
      const { id, labels } = find(which);
      const keep = labelsOf(which.folder);
      mail.relabel(
        id,
        labelsOfState(flags),
        labels.filter((name) => !keep.includes(name) && !labelsOfState(flags).includes(name)),
      );
    },
    remove: async (which) => mail.remove(find(which).id),
    move: async (which, to) => mail.relabel(find(which).id, labelsOf(to), labelsOf(which.folder)),
    makeFolder: async ([...path]) => void mail.mailbox.createLabel({ name: path.join('/'), ...VISIBLE }),
    dispose: async () => undefined,
  };
}

const VISIBLE = { messageListVisibility: 'show', labelListVisibility: 'labelShow', color: undefined } as const;

const labelsOf = (folder: readonly string[]): readonly string[] => {
  const name = folder.join('/');
  return name === 'Archive' ? [] : [SYSTEM[name] ?? name];
};

function folderOf({ labels }: DirectGmailMessage): readonly string[] {
  for (const [name, id] of Object.entries(SYSTEM)) if (labels.includes(id)) return [name];
  if (labels.includes('INBOX')) return ['INBOX'];
  const own = labels.find((name) => !/^(?:Sterna|Keywords)\/|^(?:UNREAD|STARRED|IMPORTANT)$/.test(name));
  return own === undefined ? ['Archive'] : own.split('/');
}

const shown = (message: DirectGmailMessage): FoundMessage => {
  const { labels, mime, internalDate } = message;
  return { folder: folderOf(message), raw: mime, flags: stateOfLabels(labels), date: new Date(internalDate) };
};

const mailOnly: Connector = {
  ...googleConnector,
  open: (request) => googleConnector.open({ ...request, kinds: ['message'] }),
};
