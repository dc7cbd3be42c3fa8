import type { FoundMessage, SuiteEndpoint } from '@sterna/connector-suite';
import { readPost, textOfHtml, writePost } from '@sterna/content';
import { DirectChat, type Google } from '@sterna/simulator-google';
import { googleConnector } from '../../src/index.ts';
import { simulated } from '../items/direct-google.ts';

const DOMAIN = 'nordwind.example';
/** Who says what the suite has said, and administers the domain. */
export const AUTHOR = `alice@${DOMAIN}`;
const TEAM = 'Suite';

const calledAs = (folder: readonly string[]): string => {
  const name = folder.join(' - ');
  return name === TEAM ? TEAM : `${TEAM}: ${name}`;
};

/** What is said in the spaces of a team, by its manager. */
export function postEndpoint(server: Google): SuiteEndpoint {
  const spaces = (): ReadonlyMap<string, DirectChat> => DirectChat.all(server, DOMAIN);
  const ensured = (folder: readonly string[]): DirectChat =>
    spaces().get(calledAs(folder)) ?? DirectChat.create(server, AUTHOR, calledAs(folder));
  const named = (name: string): string[] => [name === TEAM ? TEAM : name.slice(`${TEAM}: `.length)];
  const idOf = (space: DirectChat, raw: Buffer): string => {
    const at = Date.parse(readPost(raw).at);
    const one = space.messages.find(({ createdAt }) => createdAt === at);
    if (one === undefined) throw new Error(`nothing was said at ${at}`);
    return one.id;
  };
  return {
    ...simulated(server, TEAM, { admin: AUTHOR }),
    connector: {
      ...googleConnector,
      open: (request) => googleConnector.open({ ...request, itemType: 'team', kinds: ['post'] }),
    },
    async seed(objects) {
      for (const { folder, raw } of objects) {
        const { html, at } = readPost(raw);
        ensured(folder).say(markupOf(html), { by: AUTHOR, at: Date.parse(at) });
      }
    },
    dump: async () =>
      [...spaces()].flatMap(([name, { messages }]) =>
        messages
          .filter(({ isDeleted }) => !isDeleted)
          .map(({ createdAt, from, markup }): FoundMessage => {
            const html = `<p>${markup.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</p>`;
            const at = new Date(createdAt).toISOString();
            const raw = writePost({ type: 'post', at, by: { address: from }, html });
            return { folder: named(name), raw, flags: [], date: undefined };
          }),
      ),
    folders: async () => [...spaces().keys()].map(named),
    makeFolder: async (path) => void ensured(path),
    async remove({ folder, raw }) {
      const space = ensured(folder);
      space.remove(idOf(space, raw));
    },
    async replace({ folder, raw: before }, raw) {
      const space = ensured(folder);
      space.edit(idOf(space, before), markupOf(readPost(raw).html));
    },
    dispose: async () => undefined,
  };
}

/** Paragraphs without anything that Chat reads as markup. */
const markupOf = (html: string): string => textOfHtml(html).replaceAll(/\s+/g, ' ').trim();
