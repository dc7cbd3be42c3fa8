/** What isn't documented beyond doubt: a test sets it as it needs it. */
export interface SiteBehaviour {
  /** Rows that a query of a list may look through before SharePoint refuses it: the list view threshold. */
  listViewThreshold: number;
  /**
   * What a write of Created, Modified, Author or Editor does: clients report both. Source: pnp/pnpcore issue 522 and the
   * page of columnDefinition, which has them read-only.
   */
  systemFields: 'ignored' | 'refused';
  /** A value `{Url, Description}` of a hyperlink column is taken; users report a refusal (microsoft-graph-docs issue 1965). */
  hyperlinksWritable: boolean;
  /** A column of terms tells so by its `term`; users report that nothing does (alcionai/corso issue 5084). */
  termFacetShown: boolean;
  /** Terms can be written through the hidden note column beside theirs, as `label|guid`. */
  termsWritableAsNote: boolean;
  /** Columns of people and lookups that a listing of items tells; those after them are left out without a word. */
  maxLookups: number;
  /** getAllSites tells people's OneDrives too (`isPersonalSite`). */
  personalSitesListed: boolean;
  /** Items of a page of items, lists, pages. */
  pageSize: number;
}

export const DEFAULT_SITE_BEHAVIOUR: Readonly<SiteBehaviour> = {
  listViewThreshold: 5000,
  systemFields: 'refused',
  hyperlinksWritable: false,
  termFacetShown: true,
  termsWritableAsNote: true,
  maxLookups: 12,
  personalSitesListed: true,
  pageSize: 200,
};
