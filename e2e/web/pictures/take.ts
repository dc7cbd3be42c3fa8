/** `npm run screenshots`: the README's pictures, of a real server that migrates real mailboxes. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { showIn } from '../support/accessible.ts';
import { type Scheme, settled } from '../support/browser.ts';
import { openWebStage } from '../support/stage.ts';
import { type DemoProject, LARGEST, makeDemoProject } from './demo-project.ts';

const FOLDER = join(import.meta.dirname, '../../../docs/screenshots');
const MOST_BYTES = 200_000;

interface Picture {
  readonly name: string;
  readonly path: (project: DemoProject) => string;
  readonly scheme?: Scheme;
  /** What the picture is about, where that is further down: it is scrolled to the middle. */
  readonly about?: string;
}

const PICTURES: readonly Picture[] = [
  { name: 'overview', path: () => '/' },
  { name: 'user-list', path: ({ id }) => `/projects/${id}/list` },
  { name: 'overview-dark', path: () => '/', scheme: 'dark' },
  { name: 'entry', path: ({ failed }) => `/entries/${failed}` },
  {
    name: 'delta-or-remigrate',
    path: ({ completed }) => `/entries/${completed}/again?problem=deleted`,
    about: '.st-option',
  },
];

const stage = await openWebStage('pictures', {
  concurrency: 4,
  target: { announce: [`APPENDLIMIT=${LARGEST}`], quota: { bytes: 10_000_000_000 } },
});
try {
  mkdirSync(FOLDER, { recursive: true });
  const project = await makeDemoProject(stage);
  try {
    for (const picture of PICTURES) {
      const page = await stage.page(picture.path(project));
      await take(page, picture);
      await page.context().close();
    }
  } finally {
    await project.close();
  }
} finally {
  await stage.close();
}

async function take(page: Page, { name, scheme = 'light', about }: Picture): Promise<void> {
  await settled(page);
  await page.getByRole('status').getByText('Live', { exact: true }).waitFor();
  await showIn(page, scheme);
  if (about !== undefined)
    await page
      .locator(about)
      .first()
      .evaluate((element) => element.scrollIntoView({ block: 'center' }));
  const png = await page.screenshot({ animations: 'disabled', caret: 'hide' });
  writeFileSync(join(FOLDER, `${name}.png`), png);
  const size = png.length;
  console.log(`${name}.png  ${Math.round(size / 1024)} KiB`);
  if (size > MOST_BYTES) throw new Error(`${name}.png is too large for a README: ${size} bytes`);
}
