import { useQuery } from '@tanstack/react-query';
import { $api } from '../../api/client.ts';

/** The content kinds that both connectors have; undefined while nobody knows. */
export function useHeldKinds(connectors: readonly string[] | undefined): readonly string[] | undefined {
  const known = useQuery($api.queryOptions('get', '/api/connectors')).data?.items;
  if (known === undefined || connectors === undefined) return undefined;
  const [source = [], target = []] = connectors.map((name) => known.find((one) => one.name === name)?.kinds ?? []);
  return source.filter((kind) => target.includes(kind));
}
