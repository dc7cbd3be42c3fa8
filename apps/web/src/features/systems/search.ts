/** Which kind of system is being added. */
export const readNewSystemSearch = (search: Record<string, unknown>): { connector?: string } =>
  typeof search.connector === 'string' ? { connector: search.connector } : {};

/** The mailbox that the live check signs in to. */
export const readSystemSearch = (search: Record<string, unknown>): { address?: string } =>
  typeof search.address === 'string' && search.address !== '' ? { address: search.address } : {};
