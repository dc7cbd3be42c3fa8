/** Object ids of this connector: `UIDVALIDITY.UID`, unique within a folder. */
export function formatId(validity: number, uid: number): string {
  return `${validity}.${uid}`;
}

export function parseId(id: string): { validity: number; uid: number } | undefined {
  const match = /^(\d{1,10})\.(\d{1,10})$/.exec(id);
  if (!match) return undefined;
  const [validity, uid] = [Number(match[1]), Number(match[2])];
  return uid >= 1 && uid <= 0xffffffff ? { validity, uid } : undefined;
}
