import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PassView } from '@sterna/api-contract';
import { SternaError } from '@sterna/core';
import { Fleet, startProgram } from '@sterna/server/processes';
import { Random } from '@sterna/simulator-kit';
import { freshRunFolder } from '../io/run-folder.ts';
import { standInFor } from './choose.ts';
import { AS_CHILD, type Installation, startInstallation } from './installation.ts';
import { RehearsalProject } from './passes.ts';
import { PauseLog } from './pauses.ts';
import { type ProjectToRehearse, readProject } from './project.ts';
import type { RehearsalRequest } from './rehearsed.ts';
import { type RehearsalReport, report } from './report.ts';
import type { Guest, StandIn } from './stand-in.ts';
import { makeTrouble } from './troubles.ts';

const LOOK_MS = 250;
/** A worker that was killed keeps its passes for so long. */
const LEASE_SECONDS = 3;
/** A pass is given up that isn't through by then, with nothing disturbing it. */
const PATIENCE_MS = 30 * 60_000;
/** The organization has people besides those who move, as the ones that mail is from and files are shared with. */
const COLLEAGUES = 40;

/** Asks the server of the project what it knows, then runs it between stand-ins. Nothing is left of it but the report. */
export async function runRehearsal(request: RehearsalRequest): Promise<RehearsalReport> {
  const project = await readProject(request.client, request.project, request);
  const folder = await freshRunFolder('rehearsal', undefined);
  const closing: (() => unknown)[] = [() => rm(folder, { recursive: true, force: true })];
  const interrupted = request.ended.then((): never => {
    throw new SternaError('config', 'interrupted', 'Interrupted.');
  });
  interrupted.catch(() => {});
  try {
    const all = rehearse(request, project, folder, closing);
    all.catch(() => {});
    return await Promise.race([all, interrupted]);
  } finally {
    for (const close of closing.splice(0).reverse()) await close();
  }
}

async function rehearse(
  request: RehearsalRequest,
  project: ProjectToRehearse,
  folder: string,
  closing: (() => unknown)[],
): Promise<RehearsalReport> {
  const began = performance.now();
  const { seed } = request;
  const standIn = async (side: 'source' | 'target'): Promise<StandIn> => {
    const real = project[side];
    const started = await standInFor({
      side,
      real,
      people: peopleOf(project, side),
      seed: `${seed}/${side}`,
      folder: join(folder, side),
    });
    closing.push(() => started.stop());
    request.say(started.told);
    return started;
  };
  const [source, target] = [await standIn('source'), await standIn('target')];
  const installation = await startInstallation(folder);
  closing.push(() => installation.stop());
  const rehearsed = await RehearsalProject.create(installation.client, project, source, target);
  const fleet = startFleet(request, installation);
  closing.push(() => fleet.killAll());
  const pauses = new PauseLog(installation.client, rehearsed.id, rehearsed.systems);

  let isOver = false;
  request.say(`First pass of ${project.entries.length} entries, while workers are killed and services fail`);
  await rehearsed.start();
  const troubles = makeTrouble({
    ...request,
    standIns: [source, target],
    fleet,
    isRunning: async () => (await rehearsed.live()).some(({ status }) => status === 'running'),
    isOver: () => isOver,
  });
  let isStormy = true;
  const storms = troubles.finally(() => {
    isStormy = false;
  });
  await untilThrough(rehearsed, pauses, () => isStormy);
  isOver = true;
  const troubled = await storms;
  const first = await rehearsed.latest();
  request.say('Second pass, with nothing in its way');
  await rehearsed.start();
  await untilThrough(rehearsed, pauses, () => false);
  const second = await rehearsed.latest();
  request.say('Verify');
  await rehearsed.verify();
  await untilThrough(rehearsed, pauses, () => false);
  const verified = await rehearsed.latest();
  await fleet.stop();
  return report({
    request,
    project,
    standIns: { source, target },
    rehearsed,
    client: installation.client,
    passes: { first, second, verified },
    pauses: pauses.pauses,
    troubles: { kills: fleet.kills, storms: Object.fromEntries(troubled) },
    seconds: (performance.now() - began) / 1_000,
  });
}

/** Whoever moves first, with what they have; then others, who have nothing. */
function peopleOf({ entries, people, mapping }: ProjectToRehearse, side: 'source' | 'target'): readonly Guest[] {
  const guests = new Map<string, { address: string; messages: number; files: number }>();
  const guest = (address: string): { messages: number; files: number } => {
    const key = address.toLowerCase();
    const known = guests.get(key) ?? { address, messages: 0, files: 0 };
    guests.set(key, known);
    return known;
  };
  for (const entry of entries) {
    const one = guest(entry[side]);
    if (entry.itemType === 'mailbox') one.messages = Math.max(one.messages, entry.objects);
    else one.files = Math.max(one.files, entry.objects);
  }
  for (const one of people.slice(0, COLLEAGUES)) {
    const address = side === 'source' ? one.source : one.target;
    if (address !== undefined) guest(address);
  }
  if (side === 'target')
    for (const { kind, target } of mapping.slice(0, COLLEAGUES)) if (kind === 'user') guest(target);
  return [...guests.values()];
}

function startFleet({ workers, concurrency, seed }: RehearsalRequest, { program }: Installation): Fleet {
  const args = ['worker', '--concurrency', String(concurrency), '--lease', String(LEASE_SECONDS)];
  return new Fleet({
    size: workers,
    random: new Random(`${seed}/workers`),
    log: program.log,
    start: () => startProgram(program, args, AS_CHILD),
  });
}

/** @param mayWait what waits has to; else it goes on at once: what it waits for is over, and only its time isn't */
async function untilThrough(project: RehearsalProject, pauses: PauseLog, mayWait: () => boolean): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const live: readonly PassView[] = await project.live();
    if (live.length === 0) return;
    await pauses.look();
    if (performance.now() > until)
      throw new SternaError('bug', 'rehearsal-stuck', `${live.length} passes did not end within 30 minutes.`);
    const waiting = live.filter(({ status }) => status === 'pending').map(({ entryId }) => entryId);
    if (!mayWait() && waiting.length > 0) await project.resume(waiting);
    await sleep(LOOK_MS);
  }
}
