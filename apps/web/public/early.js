// Asks for who is there, and on a user list for its first rows, while the browser is still loading the program. The
// program's own requests of the same address take these answers (src/api/early.ts); what nobody takes is lost, no more.
{
  const { pathname, search } = window.location;
  const list = /^\/projects\/(\d+)\/list$/.exec(pathname);
  const wanted = pathname === '/sign-in' || pathname === '/setup' ? [] : ['/api/me'];
  if (list !== null && search === '') wanted.push(`/api/projects/${list[1]}/entries?sort=id&limit=100&skip=0`);
  const early = new Map();
  for (const url of wanted) {
    const answer = fetch(url, { headers: { 'x-sterna-request': '1' } });
    answer.catch(() => undefined);
    early.set(url, answer);
  }
  window.sternaEarly = early;
}
