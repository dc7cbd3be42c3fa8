/** https://developers.google.com/workspace/tasks/reference/rest/v1/tasks */
export interface TaskFields {
  readonly title?: string;
  readonly notes?: string;
  readonly status?: string;
  /** RFC 3339, of which only the day is kept. */
  readonly due?: string;
  readonly completed?: string;
}

export interface GoogleTask extends TaskFields {
  readonly id: string;
  readonly updated?: string;
  readonly parent?: string;
  readonly deleted?: boolean;
  readonly links?: readonly { readonly description?: string; readonly link?: string }[];
}
