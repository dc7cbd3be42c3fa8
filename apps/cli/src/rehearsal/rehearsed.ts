import type { Client, PassView, ResponseOf } from '@sterna/api-contract';
import type { RehearsalProject } from './passes.ts';
import type { Pause } from './pauses.ts';
import type { Choice, ProjectToRehearse } from './project.ts';
import type { StandIn } from './stand-in.ts';

export interface RehearsalRequest extends Choice {
  /** Of the server that the project is on; only read from. */
  readonly client: Client;
  readonly project: ResponseOf<'getProject'>;
  readonly kills: number;
  readonly storms: number;
  readonly workers: number;
  /** Passes at a time of each. */
  readonly concurrency: number;
  readonly say: (line: string) => void;
  /** Resolves when somebody wants it to end. */
  readonly ended: Promise<void>;
}

/** What a report is made of. */
export interface Rehearsed {
  readonly request: RehearsalRequest;
  readonly project: ProjectToRehearse;
  readonly standIns: { readonly source: StandIn; readonly target: StandIn };
  readonly rehearsed: RehearsalProject;
  /** Of the rehearsal's own server. */
  readonly client: Client;
  /** Of each entry. */
  readonly passes: {
    /** Of sites, groups and teams alone. */
    readonly preprocessed: readonly PassView[];
    readonly first: readonly PassView[];
    readonly second: readonly PassView[];
    readonly verified: readonly PassView[];
  };
  readonly pauses: readonly Pause[];
  readonly troubles: { readonly kills: number; readonly storms: Readonly<Record<string, number>> };
  readonly seconds: number;
}
