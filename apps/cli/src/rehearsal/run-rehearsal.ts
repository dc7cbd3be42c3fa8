import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PassView } from '@sterna/api-contract';
import { SternaError } from '@sterna/core';
import { Fleet, startProgram } from '@sterna/server/processes';
import { Random } from '@sterna/simulator-kit';
import { freshRunFolder } from '../io/run-folder.ts';
import { standInFor } from './choose.ts';
import { type Installation, OURS, startInstallation } from './installation.ts';
import { RehearsalProject } from './passes.ts';
import { PauseLog } from './pauses.ts';
import { type ProjectToRehearse, readProject } from './project.ts';
import type { RehearsalRequest } from './rehearsed.ts';
import { type RehearsalReport, report } from './report.ts';
import { type Guest, isPlace, type Place, type StandIn } from './stand-in.ts';
import { makeTrouble } from './troubles.ts';

const LOOK_MS = 250;
/** A worker that was killed keeps its passes for so long. */
const LEASE_SECONDS = 3;
/** A pass is given up that isn't through by then, with nothing disturbing it. */
const PATIENCE_MS = 30 * 60_000;
/** The organization has people besides those who move, as the ones that mail is from and files are shared with. */
const COLLEAGUES = 40;
/** Where a user list and mapping table name no person at all. */
const NOBODY_ELSE = 'admin@rehearsal.example';

/** Asks the server of the project what it knows, then runs it between stand-ins. Nothing is left of it but the report. */
export async function runRehearsal(request: RehearsalRequest): Promise<RehearsalReport> {
  const project = await readProject(request.client, request.project, request);
  const folder = await freshRunFolder('rehearsal', undefined);
  const closing: (() => unknown)[] = [() => rm(folder, { recursive: true, force: true })];
  const over = new AbortController();
  request.ended.then(() => over.abort(new SternaError('config', 'interrupted', 'Interrupted.')));
  try {
    return await rehearse(request, project, folder, closing, over.signal);
  } catch (thrown) {
    // What goes wrong once somebody wants it to end is a consequence of that.
    over.signal.throwIfAborted();
    throw thrown;
  } finally {
    over.abort();
    for (const close of closing.reverse()) await close();
  }
}

async function rehearse(
  request: RehearsalRequest,
  project: ProjectToRehearse,
  folder: string,
  closing: (() => unknown)[],
  signal: AbortSignal,
): Promise<RehearsalReport> {
  const began = performance.now();
  const { seed } = request;
  const standIn = async (side: 'source' | 'target'): Promise<StandIn> => {
    signal.throwIfAborted();
    const real = project[side];
    const started = await standInFor({
      side,
      real,
      people: peopleOf(project, side),
      places: placesOf(project, side),
      seed: `${seed}/${side}`,
      folder: join(folder, side),
    });
    closing.push(() => started.stop());
    request.say(started.told);
    return started;
  };
  const [source, target] = [await standIn('source'), await standIn('target')];
  const installation = await startInstallation(folder, (stop) => closing.push(stop), signal);
  const rehearsed = await RehearsalProject.create(installation.client, project, source, target);
  signal.throwIfAborted();
  const fleet = startFleet(request, installation);
  closing.push(() => fleet.killAll());
  const pauses = new PauseLog(installation.client, rehearsed.id, rehearsed.systems);

  const places = await rehearsed.preprocess();
  if (places.length > 0) request.say(`Preprocess of ${places.length} sites, groups and teams`);
  const through = (mayWait: () => boolean): Promise<void> => untilThrough(rehearsed, pauses, mayWait, signal);
  await through(() => false);
  const preprocessed = await rehearsed.latest(places);

  let isOver = false;
  request.say(`First pass of ${project.entries.length} entries, while workers are killed and services fail`);
  await rehearsed.start();
  const troubles = makeTrouble({
    ...request,
    standIns: [source, target],
    fleet,
    isRunning: async () => (await rehearsed.live()).some(({ status }) => status === 'running'),
    isOver: () => isOver,
    signal,
  });
  let isStormy = true;
  const storms = troubles.finally(() => {
    isStormy = false;
  });
  // Told when it is waited for.
  storms.catch(() => {});
  await through(() => isStormy);
  isOver = true;
  const troubled = await storms;
  const first = await rehearsed.latest();
  request.say('Second pass, with nothing in its way');
  await rehearsed.start();
  await through(() => false);
  const second = await rehearsed.latest();
  request.say('Verify');
  await rehearsed.verify();
  await through(() => false);
  const verified = await rehearsed.latest();
  await fleet.stop();
  return report({
    request,
    project,
    standIns: { source, target },
    rehearsed,
    client: installation.client,
    passes: { preprocessed, first, second, verified },
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
  for (const entry of entries.filter(({ itemType, [side]: address }) => !isPlace({ itemType, address }))) {
    const one = guest(entry[side]);
    if (entry.itemType === 'mailbox') one.messages = Math.max(one.messages, entry.objects);
    else one.files = Math.max(one.files, entry.objects);
  }
  for (const one of people.slice(0, COLLEAGUES)) {
    const address = side === 'source' ? one.source : one.target;
    if (address !== undefined) guest(address);
  }
  for (const row of mapping.slice(0, COLLEAGUES)) if (row.kind === 'user') guest(row[side]);
  if (guests.size === 0) guest(NOBODY_ELSE);
  return [...guests.values()];
}

/** What isn't one person's, each once. */
function placesOf({ entries }: ProjectToRehearse, side: 'source' | 'target'): readonly Place[] {
  const places = new Map<string, Place>();
  for (const { itemType, objects, [side]: address } of entries)
    if (isPlace({ itemType, address })) places.set(address.toLowerCase(), { itemType, address, objects });
  return [...places.values()];
}

function startFleet({ workers, concurrency, seed }: RehearsalRequest, { program }: Installation): Fleet {
  const args = ['worker', '--concurrency', String(concurrency), '--lease', String(LEASE_SECONDS)];
  return new Fleet({
    size: workers,
    random: new Random(`${seed}/workers`),
    log: program.log,
    start: () => startProgram(program, args, OURS),
  });
}

/** @param mayWait what waits has to; else it goes on at once: what it waits for is over, and only its time isn't */
async function untilThrough(
  project: RehearsalProject,
  pauses: PauseLog,
  mayWait: () => boolean,
  signal: AbortSignal,
): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const live: readonly PassView[] = await project.live();
    if (live.length === 0) return;
    await pauses.look();
    if (performance.now() > until)
      throw new SternaError('bug', 'rehearsal-stuck', `${live.length} passes did not end within 30 minutes.`);
    const waiting = live.filter(({ status }) => status === 'pending').map(({ entryId }) => entryId);
    if (!mayWait() && waiting.length > 0) await project.resume(waiting);
    await sleep(LOOK_MS, undefined, { signal });
  }
}
