/** What the demo promises, checked and told one by one. */
export class Checks {
  readonly list: { readonly check: string; readonly ok: boolean }[] = [];
  readonly #out: (line: string) => void;

  constructor(out: (line: string) => void) {
    this.#out = out;
  }

  get ok(): boolean {
    return this.list.length > 0 && this.list.every((one) => one.ok);
  }

  get lines(): string[] {
    return this.list.map(({ check, ok }) => `${ok ? 'ok' : 'NOT OK'}  ${check}`);
  }

  that(check: string, ok: boolean): void {
    this.list.push({ check, ok });
    if (!ok) this.#out(`NOT OK: ${check}`);
  }
}
