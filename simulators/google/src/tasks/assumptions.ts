/** Where the behaviour of this API isn't certain, what the simulator does. Names begin with the API's. */
export interface TasksAssumptions {
  /** A `completed` in a body is kept; otherwise the moment of the request counts. */
  readonly tasksKeepCompleted: boolean;
}

export const TASKS_ASSUMPTIONS: TasksAssumptions = { tasksKeepCompleted: true };
