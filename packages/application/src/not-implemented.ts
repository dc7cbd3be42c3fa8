/** Placeholder while the application is being filled in. */
export function notImplemented(name: string): never {
  throw new Error(`${name} is not implemented yet`);
}
