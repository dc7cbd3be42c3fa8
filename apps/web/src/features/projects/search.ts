/** Whether the form for a new project is open. */
export const readProjectsSearch = (search: Record<string, unknown>): { new?: true } =>
  search.new === true ? { new: true } : {};
