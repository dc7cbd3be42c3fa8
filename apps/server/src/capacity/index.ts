import { type Averages, averagesOf, type Capacity, loadOf, type Means, reckon } from '@sterna/application';
import { connectors } from '@sterna/connectors';
import { type ItemType, SternaError } from '@sterna/core';

export interface CapacityQuestion {
  /** Names of connectors. */
  readonly source: string;
  readonly target: string;
  readonly items: Readonly<Partial<Record<ItemType, number>>>;
  readonly averages: Partial<Averages>;
  readonly means: Means;
}

/** A migration that is still an idea: no server, no project. @throws SternaError config `connector-unknown` */
export function capacityOf({ source, target, items, averages, means }: CapacityQuestion): Capacity {
  return reckon(loadOf(items, averagesOf(averages)), endOf('--from', source), endOf('--to', target), means);
}

function endOf(field: string, name: string) {
  const connector = connectors.get(name);
  if (connector !== undefined) return { title: connector.title, quotas: connector.quotas };
  throw new SternaError('config', 'connector-unknown', `There is no connector "${name}".`, {
    field,
    fix: `It is one of ${[...connectors.keys()].join(', ')}.`,
  });
}
