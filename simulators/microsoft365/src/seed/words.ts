/** Names of categories and folders. */
export const CATEGORIES = [
  ['Red category', 'preset0'],
  ['Customers', 'preset4'],
  ['Überfällig', 'preset7'],
] as const;

/** Folder paths below the root; the separator is a line break, because names may hold slashes. */
export const FOLDERS = [
  'Projects',
  'Projects\nAlpha / Beta',
  'Projects\nAlpha / Beta\n2024',
  'Projects\nAlpha / Beta\n2024\nQ1',
  'Projects\nAlpha / Beta\n2024\nQ1\nInvoices',
  'Übersicht & Ablage',
  '家族',
  'Empty',
];
