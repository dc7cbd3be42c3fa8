/** Microsoft's clouds (https://learn.microsoft.com/en-us/graph/deployments): tenants of one know nothing of the others. */
export const CLOUDS = {
  global: { graph: 'https://graph.microsoft.com', login: 'https://login.microsoftonline.com' },
  usgov: { graph: 'https://graph.microsoft.us', login: 'https://login.microsoftonline.us' },
  'usgov-dod': { graph: 'https://dod-graph.microsoft.us', login: 'https://login.microsoftonline.us' },
  china: { graph: 'https://microsoftgraph.chinacloudapi.cn', login: 'https://login.partner.microsoftonline.cn' },
} as const;
export type Cloud = keyof typeof CLOUDS;

/** Where requests go: origins, without a path. */
export interface Places {
  readonly graph: string;
  readonly login: string;
}
