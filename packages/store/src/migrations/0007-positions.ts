/**
 * Where in a system's own log of changes its containers were listed, so that the next pass can be told by one request that
 * nothing changed. Set once all that was listed then is in the books.
 */
export const statements: readonly string[] = ['alter table container add column position text'];
