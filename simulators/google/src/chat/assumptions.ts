/** Where Google Chat's behaviour isn't certain, what the simulator does. */
export interface ChatAssumptions {
  /** Whether an administrator sees spaces that are being imported: they “aren't visible to users until the import is complete”. */
  readonly chatAdminSeesImports: boolean;
  /** Whether a domain has no two spaces of one name: creating one “might” be answered with ALREADY_EXISTS. */
  readonly chatNamesAreUnique: boolean;
  /** What a membership without an end is in a space that is being imported: “historical” ones are imported. */
  readonly chatImportTakesMembers: boolean;
}

export const CHAT_ASSUMPTIONS: ChatAssumptions = {
  chatAdminSeesImports: false,
  chatNamesAreUnique: false,
  chatImportTakesMembers: false,
};
