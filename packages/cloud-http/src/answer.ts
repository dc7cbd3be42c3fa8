/** Undefined for what is no JSON: a proxy's page, an empty body. */
export function jsonOf(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** The answer's `id` alone, where only annotations stand before it, as OData has it: what comes after isn't looked at. */
export function idOf(body: Buffer): unknown {
  const id = ID_FIRST.exec(body.toString('latin1', 0, 2_048))?.[1];
  return id === undefined ? jsonOf(body) : { id };
}
/** OData JSON Format 4.01, sections 4.5 and 4.6. */
const ID_FIRST = /^\{(?:"@[^"\\]*":"(?:[^"\\]|\\.)*",)*"id":"([\w+/=-]+)"/;
