const AUTH = 'https://www.googleapis.com/auth/';

/** `gmail.modify` → `https://www.googleapis.com/auth/gmail.modify`; whole ones stay as they are. */
export function wholeScope(scope: string): string {
  return scope.startsWith('https://') ? scope : `${AUTH}${scope}`;
}
