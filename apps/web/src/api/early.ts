declare global {
  interface Window {
    /** By path and query: what public/early.js has asked for. */
    sternaEarly?: Map<string, Promise<Response>>;
  }
}

/** Fetches, or takes the answer that public/early.js has asked for; each is given out once, since it grows old. */
export function fetchOrEarly(request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const early = request.method === 'GET' ? window.sternaEarly?.get(pathname + search) : undefined;
  if (early === undefined) return fetch(request);
  window.sternaEarly?.delete(pathname + search);
  // Where that one didn't get through, this one may.
  return early.catch(() => fetch(request));
}
