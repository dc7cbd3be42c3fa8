/** One request of a script that is put to two services, and how its answer is called. */
export interface Step {
  readonly name: string;
  readonly method: string;
  /** May take what earlier steps answered: their JSON by name. */
  readonly path: (earlier: Answers) => string;
  readonly body?: (earlier: Answers) => unknown;
  /** Of a body that is text; else it is JSON. */
  readonly contentType?: string;
}

// biome-ignore lint/suspicious/noExplicitAny: the scripts look into it by hand
export type Answers = Readonly<Record<string, any>>;

export interface Service {
  readonly baseUrl: string;
  readonly token: string;
}

/** Puts the script to a service. @returns by step and place: `get.payload.body.size` → value; ids are named by where they first stood */
export async function run(service: Service, steps: readonly Step[]): Promise<Map<string, unknown>> {
  const answers: Record<string, unknown> = {};
  const names = new Names();
  const told = new Map<string, unknown>();
  for (const { name, method, path, body, contentType } of steps) {
    const sent = body?.(answers);
    const response = await fetch(`${service.baseUrl}${path(answers)}`, {
      method,
      headers: {
        authorization: `Bearer ${service.token}`,
        ...(sent === undefined ? {} : { 'content-type': contentType ?? 'application/json' }),
      },
      ...(sent === undefined ? {} : { body: contentType === undefined ? JSON.stringify(sent) : String(sent) }),
    });
    const text = await response.text();
    told.set(`${name}: status`, response.status);
    if (text === '') continue;
    if (!/json/.test(response.headers.get('content-type') ?? '')) {
      told.set(`${name}: text`, text);
      continue;
    }
    answers[name] = JSON.parse(text);
    flatten(answers[name], `${name}: `, names, told);
  }
  return told;
}

/** Names each id by the place where it first stood; messages and conversations may have the same. */
class Names {
  readonly #names = new Map<string, string>();

  of(id: string, place: string): string {
    // System labels have the same ids everywhere.
    if (/^[A-Z_]+$/.test(id)) return id;
    const key = `${/thread/i.test(place)} ${id}`;
    const name = this.#names.get(key) ?? `(${place})`;
    this.#names.set(key, name);
    return name;
  }
}

function flatten(value: unknown, at: string, names: Names, told: Map<string, unknown>): void {
  const place = at.slice(0, -1);
  if (Array.isArray(value)) {
    told.set(`${at}length`, value.length);
    if (/labelIds$/i.test(place))
      told.set(
        place,
        value
          .map((id) => names.of(String(id), place))
          .sort()
          .join(),
      );
    else {
      value.forEach((item, index) => {
        flatten(item, `${at}${index}.`, names, told);
      });
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, item] of Object.entries(value)) flatten(item, `${at}${name}.`, names, told);
  } else told.set(place, /(^|[ .])(id|threadId|parents\.\d+)$/.test(place) ? names.of(String(value), place) : value);
}

/** Places where both say something, and not the same. */
export function differences(ours: ReadonlyMap<string, unknown>, theirs: ReadonlyMap<string, unknown>): string[] {
  return [...ours]
    .filter(([place, value]) => theirs.has(place) && theirs.get(place) !== value)
    .map(([place, value]) => `${place} = ${JSON.stringify(value)}, not ${JSON.stringify(theirs.get(place))}`);
}
