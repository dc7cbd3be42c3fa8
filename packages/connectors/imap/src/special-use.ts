import type { SpecialUse } from '@sterna/connector-kit';

/** Folder names of mail programs and providers, for servers that don't mark their special folders (RFC 6154). */
const NAMES: Readonly<Record<Exclude<SpecialUse, 'inbox' | 'all' | 'flagged'>, readonly string[]>> = {
  sent: [
    ...['sent', 'sent items', 'sent mail', 'sent messages', 'sent-mail', 'gesendet', 'gesendete elemente'],
    ...['gesendete objekte', 'éléments envoyés', 'messages envoyés', 'enviados', 'elementos enviados', 'posta inviata'],
    ...['inviata', 'verzonden', 'verzonden items', 'skickat', 'wysłane', 'отправленные', '送信済み', '已发送'],
  ],
  drafts: [
    ...['drafts', 'draft', 'entwürfe', 'brouillons', 'borradores', 'bozze', 'concepten', 'utkast', 'rascunhos'],
    ...['wersje robocze', 'kopie robocze', 'черновики', '下書き', '草稿箱'],
  ],
  junk: [
    ...['junk', 'spam', 'junk email', 'junk e-mail', 'junk mail', 'bulk mail', 'spamverdacht', 'junk-e-mail'],
    ...['courrier indésirable', 'indésirables', 'pourriel', 'correo no deseado', 'posta indesiderata', 'спам'],
  ],
  trash: [
    ...['trash', 'deleted', 'deleted items', 'deleted messages', 'papierkorb', 'gelöscht', 'gelöschte elemente'],
    ...['gelöschte objekte', 'corbeille', 'éléments supprimés', 'papelera', 'elementos eliminados', 'cestino'],
    ...['prullenbak', 'verwijderde items', 'papperskorgen', 'lixeira', 'kosz', 'корзина', 'ゴミ箱', '已删除'],
  ],
  archive: ['archive', 'archives', 'archiv', 'archivo', 'archivio', 'archief', 'arkiv', 'arquivo', 'архив'],
};

const BY_NAME: ReadonlyMap<string, SpecialUse> = new Map(
  Object.entries(NAMES).flatMap(([role, names]) => names.map((name) => [name, role as SpecialUse] as const)),
);

/** The role that a top-level folder of this name most likely has. */
export function roleByName(name: string): SpecialUse | undefined {
  return BY_NAME.get(name.normalize('NFC').toLowerCase().trim());
}
