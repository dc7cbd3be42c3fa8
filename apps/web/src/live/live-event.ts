/** As `GET /api/events` sends them (packages/application, LiveEvent). */
export interface LiveEvent {
  readonly type: string;
  readonly projectId?: number;
  readonly entryId?: number;
  readonly passId?: number;
  readonly data?: Readonly<Record<string, unknown>>;
}
