import { $api } from '../../api/client.ts';
import type { Connector } from './connector-layouts.ts';

export const connectorsQuery = { ...$api.queryOptions('get', '/api/connectors'), staleTime: Number.POSITIVE_INFINITY };
export const systemsQuery = $api.queryOptions('get', '/api/systems');
export const projectsQuery = $api.queryOptions('get', '/api/projects');

export const connectorNamed = (connectors: readonly Connector[] | undefined, name: string | undefined) =>
  connectors?.find((one) => one.name === name);
