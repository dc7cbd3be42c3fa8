/** Day and time of the viewer's zone, as `<input type="datetime-local">` holds them, and back. */
export function toLocal(at: Date): string {
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** Undefined while it isn't a day and a time. */
export function fromLocal(text: string): Date | undefined {
  const at = new Date(text);
  return text === '' || Number.isNaN(at.getTime()) ? undefined : at;
}
