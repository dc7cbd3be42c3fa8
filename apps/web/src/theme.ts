import {
  Anchor,
  Badge,
  Button,
  type CSSVariablesResolver,
  createTheme,
  type MantineColorsTuple,
  Menu,
  Notification,
} from '@mantine/core';
import { strings } from './strings.ts';

/** Open sea. Shade 8 carries white text (6.9:1), shade 4 is for words on dark ground. */
const sea: MantineColorsTuple = [
  '#e8f6fa',
  '#d3eaf2',
  '#a6d5e6',
  '#76bfd9',
  '#4fadce',
  '#34a0c6',
  '#1d8fb6',
  '#0f7697',
  '#0b5f7a',
  '#064a61',
];

/** Cooler and a little lighter than Mantine's, so that panels stand out from the ground. */
const dark: MantineColorsTuple = [
  '#d5dde3',
  '#b4c0c9',
  '#98a7b2',
  '#6f7f8b',
  '#43525d',
  '#33404a',
  '#25313a',
  '#1a242c',
  '#121a21',
  '#0c1217',
];

export const theme = createTheme({
  primaryColor: 'sea',
  // Text in the shade that is used for filled parts must be readable in both schemes (WCAG 1.4.3).
  primaryShade: 8,
  colors: { sea, dark },
  fontFamily: '"Inter Variable", system-ui, -apple-system, "Segoe UI", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", monospace',
  headings: {
    fontWeight: '650',
    sizes: { h1: { fontSize: '1.5rem', lineHeight: '1.25' }, h2: { fontSize: '1.0625rem' } },
  },
  defaultRadius: 'md',
  cursorType: 'pointer',
  components: {
    Anchor: Anchor.extend({ defaultProps: { underline: 'always' } }),
    Button: Button.extend({ defaultProps: { radius: 'md' } }),
    Badge: Badge.extend({ defaultProps: { radius: 'sm', tt: 'none' } }),
    // The placeholder would be a child that no menu may have (axe: aria-required-children).
    Menu: Menu.extend({ defaultProps: { withInitialFocusPlaceholder: false } }),
    Notification: Notification.extend({ defaultProps: { closeButtonProps: { 'aria-label': strings.common.close } } }),
  },
});

/** Mantine's own grey for quiet words is 3.3:1 on white; these reach 4.5:1 on every ground that we use. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {
    '--st-radius': 'var(--mantine-radius-md)',
  },
  light: {
    '--mantine-color-dimmed': '#51606b',
    '--mantine-color-placeholder': '#6a7883',
    '--mantine-color-anchor': 'var(--mantine-color-sea-8)',
    '--mantine-color-error': '#b42318',
    '--mantine-color-default-border': '#cbd5dc',
    '--st-ground': '#f4f7f9',
    '--st-panel': '#ffffff',
    '--st-line': '#dfe6eb',
    '--st-control-line': '#7d8b96',
    '--st-ok': '#17663a',
    '--st-ok-ground': '#e3f4ea',
    '--st-busy': '#0b5f7a',
    '--st-busy-ground': '#e0f1f7',
    '--st-wait': '#7a4a00',
    '--st-wait-ground': '#fdf0d8',
    '--st-bad': '#a3180e',
    '--st-bad-ground': '#fdeae8',
    '--st-quiet': '#4a5862',
    '--st-quiet-ground': '#e9eef1',
  },
  dark: {
    '--mantine-color-dimmed': '#a3b2bd',
    '--mantine-color-placeholder': '#8d9ca8',
    '--mantine-color-anchor': 'var(--mantine-color-sea-3)',
    '--mantine-color-error': '#ff9d94',
    '--mantine-color-default-border': '#3d4b56',
    '--st-ground': '#0e151a',
    '--st-panel': '#162027',
    '--st-line': '#28353f',
    '--st-control-line': '#75848f',
    '--st-ok': '#7fdca4',
    '--st-ok-ground': '#12301f',
    '--st-busy': '#7ccbe6',
    '--st-busy-ground': '#0f2f3b',
    '--st-wait': '#f5c26b',
    '--st-wait-ground': '#3a2a0c',
    '--st-bad': '#ff9d94',
    '--st-bad-ground': '#431b18',
    '--st-quiet': '#b4c0c9',
    '--st-quiet-ground': '#26323b',
  },
});
