const MANY = 1_000_000_000;
const ALL = {
  gmail: MANY,
  calendar: MANY,
  people: MANY,
  tasks: MANY,
  drive: MANY,
  directory: MANY,
  groupsSettings: MANY,
  groupsMigration: MANY,
  chat: MANY,
};

/** Suites are many sessions of one user; the simulator has no quotas unless told, and tests have no minutes. */
export const UNHURRIED = { unitsPerMinute: ALL, projectUnitsPerMinute: ALL, spaceWritesPerMinute: 1_000_000 };
