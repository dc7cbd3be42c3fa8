/** One request of a script that is put to two services, and how its answer is called. */
export interface Step {
  readonly name: string;
  readonly method: string;
  /** May take what earlier steps answered: their JSON by name. */
  readonly path: (earlier: Answers) => string;
  readonly body?: (earlier: Answers) => unknown;
}

// biome-ignore lint/suspicious/noExplicitAny: the scripts look into it by hand
export type Answers = Readonly<Record<string, any>>;

export interface Service {
  readonly baseUrl: string;
  readonly token: string;
}

/** Puts the script to a service. @returns by step and place: `get.payload.body.size` → value; ids are numbered as they come */
export async function run(service: Service, steps: readonly Step[]): Promise<Map<string, unknown>> {
  const answers: Record<string, unknown> = {};
  const ids = new Map<string, string>();
  const told = new Map<string, unknown>();
  for (const { name, method, path, body } of steps) {
    const sent = body?.(answers);
    const response = await fetch(`${service.baseUrl}${path(answers)}`, {
      method,
      headers: {
        authorization: `Bearer ${service.token}`,
        ...(sent === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(sent === undefined ? {} : { body: JSON.stringify(sent) }),
    });
    const text = await response.text();
    told.set(`${name}: status`, response.status);
    if (text === '') continue;
    answers[name] = JSON.parse(text);
    flatten(answers[name], `${name}: `, ids, told);
  }
  return told;
}

const IDS = /(^|[ .])(id|threadId)$/;

function flatten(value: unknown, at: string, ids: Map<string, string>, told: Map<string, unknown>): void {
  if (Array.isArray(value)) {
    told.set(`${at}length`, value.length);
    value.forEach((item, index) => {
      flatten(item, `${at}${index}.`, ids, told);
    });
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, item] of Object.entries(value)) flatten(item, `${at}${name}.`, ids, told);
  } else {
    const place = at.slice(0, -1);
    // System labels have the same ids everywhere.
    const id = IDS.test(place) && typeof value === 'string' && !/^[A-Z_]+$/.test(value);
    if (id && !ids.has(value)) ids.set(value, `#${ids.size + 1}`);
    told.set(place, id ? ids.get(value) : value);
  }
}

/** Places where both say something, and not the same. */
export function differences(ours: ReadonlyMap<string, unknown>, theirs: ReadonlyMap<string, unknown>): string[] {
  return [...ours]
    .filter(([place, value]) => theirs.has(place) && theirs.get(place) !== value)
    .map(([place, value]) => `${place} = ${JSON.stringify(value)}, not ${JSON.stringify(theirs.get(place))}`);
}
