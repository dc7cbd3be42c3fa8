/**
 * What the browser runs first: small, so that it asks for the first answers, and shows the first rows, while it still
 * loads the program. Nothing here may import the program's libraries.
 *
 * All styles of the frame and of the user list are here, since the picture wears them.
 */
import '@fontsource-variable/inter/wght.css';
import '@mantine/core/styles.css';
import '@mantine/dates/styles.css';
import '@mantine/notifications/styles.css';
import './theme.css';
import './shell/shell.css';
import './components/progress-bar.css';
import './features/list/list.css';
import './first-picture/first-picture.css';
import { askAtOnce } from './first-picture/answers.ts';
import { showFirstPicture } from './first-picture/first-picture.ts';

const place = document.getElementById('root');
const answers = askAtOnce(window.location);
const shown = answers === undefined || place === null ? Promise.resolve() : showFirstPicture(answers, place);
void shown.then(() => {
  void import('./main.tsx');
  // Its page, before the program itself finds out that it needs it, and tells where that fails.
  if (answers !== undefined) void import('./features/list/user-list-page.tsx').catch(() => undefined);
});
