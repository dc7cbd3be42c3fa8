import type { FoundMessage, SuiteEndpoint } from '@sterna/connector-suite';
import { pivotOf } from '@sterna/content';
import { onlyFor } from '../calendar/suite-endpoint.ts';
import { simulated } from '../mail/suite-endpoint.ts';
import { DirectGraph, expectNoInvitations, type GraphEnd, type Json } from '../outlook/direct-graph.ts';
import { escaped, firstLine, keptText, linesOf, plainText, textOf } from '../outlook/plain-lines.ts';

/** The suite's plain tasks in To Do's terms, by hand. */
function jsonOf(raw: Buffer): Json {
  const lines = linesOf(raw);
  const start = lines.get('DTSTART')?.[0]?.value;
  return {
    title: plainText(lines.get('SUMMARY')?.[0]?.value),
    body: { contentType: 'text', content: plainText(lines.get('DESCRIPTION')?.[0]?.value) },
    startDateTime:
      start === undefined
        ? null
        : { dateTime: `${start.slice(0, 4)}-${start.slice(4, 6)}-${start.slice(6, 8)}T00:00:00`, timeZone: 'UTC' },
  };
}

function rawOf(task: Json, uid: string, attachments: readonly Json[]): Buffer {
  return textOf([
    'BEGIN:VCALENDAR',
    'BEGIN:VTODO',
    `UID:${uid}`,
    ...(task.startDateTime ? [`DTSTART;VALUE=DATE:${task.startDateTime.dateTime.slice(0, 10).replace(/-/g, '')}`] : []),
    `SUMMARY:${escaped(task.title)}`,
    ...(task.body.content ? [`DESCRIPTION:${escaped(task.body.content)}`] : []),
    ...attachments.map((one) => `ATTACH;ENCODING=BASE64;VALUE=BINARY:${one.contentBytes}`),
    'END:VTODO',
    'END:VCALENDAR',
  ]);
}

export function taskEndpoint(server: GraphEnd, address: string, settings: Record<string, unknown> = {}): SuiteEndpoint {
  const graph = new DirectGraph(server, address);
  const digest = (raw: Buffer) => pivotOf('task').digest(raw).toString('hex');
  const { scope = '' } = server;
  const lists = async (): Promise<Json[]> =>
    (await graph.all('/todo/lists?$top=100'))
      .filter((one) => one.wellknownListName !== 'flaggedEmails' && one.displayName.startsWith(scope))
      .map((one) => ({ ...one, displayName: one.displayName.slice(scope.length) }));
  const listOf = async ([name = '']: readonly string[]): Promise<string> => {
    const found = (await lists()).find((one) => one.displayName === name);
    return (found ?? (await graph.ok('POST', '/todo/lists', { displayName: `${scope}${name}` }))).id;
  };
  const dump = async (): Promise<(FoundMessage & { path: string })[]> => {
    const all: (FoundMessage & { path: string })[] = [];
    for (const list of await lists())
      for (const listed of await graph.all(`/todo/lists/${encodeURIComponent(list.id)}/tasks?$top=100`)) {
        const path = `/todo/lists/${encodeURIComponent(list.id)}/tasks/${encodeURIComponent(listed.id)}`;
        const task = await graph.ok('GET', `${path}?$expand=linkedResources,extensions`);
        const attachments: Json[] = [];
        if (task.hasAttachments)
          for (const one of await graph.all(`${path}/attachments`))
            attachments.push(await graph.ok('GET', `${path}/attachments/${encodeURIComponent(one.id)}`));
        const uid = task.linkedResources?.[0]?.externalId?.replace(/^\S+ /, '') ?? task.id;
        const kept = keptText(task.extensions?.[0]?.object)?.replace(
          /sterna:[0-9a-f]{32}/,
          () => attachments[0]?.contentBytes ?? 'MISSING',
        );
        const isTrue =
          kept !== undefined && plainText(firstLine(Buffer.from(kept), 'SUMMARY')).slice(0, 255) === task.title;
        all.push({
          path,
          folder: [list.displayName],
          raw: isTrue ? Buffer.from(kept) : rawOf(task, uid, attachments),
          flags: [],
          date: undefined,
        });
      }
    return all;
  };
  const find = async (folder: readonly string[], raw: Buffer) => {
    const found = (await dump()).find((one) => one.folder[0] === folder[0] && digest(one.raw) === digest(raw));
    if (found === undefined) throw new Error('no such task');
    return found.path;
  };
  return {
    ...simulated(server, address, settings),
    connector: onlyFor('task', scope),
    async seed(objects) {
      for (const { folder, raw } of objects) {
        const list = encodeURIComponent(await listOf(folder));
        const made = await graph.ok('POST', `/todo/lists/${list}/tasks`, {
          ...jsonOf(raw),
          linkedResources: [
            {
              applicationName: 'Sterna',
              displayName: 'from elsewhere',
              externalId: `elsewhere ${firstLine(raw, 'UID')}`,
            },
          ],
        });
        for (const { value } of linesOf(raw).get('ATTACH') ?? [])
          await graph.ok('POST', `/todo/lists/${list}/tasks/${encodeURIComponent(made.id)}/attachments`, {
            '@odata.type': '#microsoft.graph.taskFileAttachment',
            name: 'attachment',
            contentType: 'application/octet-stream',
            contentBytes: value,
          });
      }
    },
    dump,
    folders: async () => (await lists()).map((one) => [one.displayName]),
    remove: async ({ folder, raw }) => void (await graph.ok('DELETE', await find(folder, raw))),
    replace: async ({ folder, raw }, other) => void (await graph.ok('PATCH', await find(folder, raw), jsonOf(other))),
    dispose: async () => {
      expectNoInvitations(server);
      if (scope !== '')
        for (const { id } of await lists()) await graph.ok('DELETE', `/todo/lists/${encodeURIComponent(id)}`);
    },
  };
}
