import {
  convertCssVariables,
  DEFAULT_THEME,
  deepMerge,
  defaultCssVariablesResolver,
  mergeMantineTheme,
} from '@mantine/core';
import type { HtmlTagDescriptor, Plugin } from 'vite';
import { cssVariables, theme } from './src/theme.ts';

const STYLES = 'src/theme.css';
const PROGRAM = 'src/main.tsx';

/**
 * The variables of the theme as a style sheet (src/theme.css): the provider would add them when it renders, which is too
 * late for the first picture.
 */
export function themeStyles(): Plugin {
  return {
    name: 'sterna-theme-styles',
    load(id) {
      if (!id.endsWith(STYLES)) return undefined;
      const merged = mergeMantineTheme(DEFAULT_THEME, theme);
      const all = deepMerge(defaultCssVariablesResolver(merged), cssVariables(merged));
      // Mantine's style sheet has those of its own theme.
      const own = defaultCssVariablesResolver(DEFAULT_THEME);
      return convertCssVariables({
        variables: without(own.variables, all.variables),
        light: without(own.light, all.light),
        dark: without(own.dark, all.dark),
      });
    },
  };
}

type Variables = Record<string, string>;

const without = (known: Variables, all: Variables): Variables =>
  Object.fromEntries(Object.entries(all).filter(([name, value]) => known[name] !== value));

/** Has the browser fetch the program beside src/start.ts, which evaluates it when the first picture stands. */
export function programPreload(): Plugin {
  return {
    name: 'sterna-program-preload',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle = {} }) {
        const files = new Set<string>();
        const add = (file: string): void => {
          const chunk = bundle[file];
          if (chunk?.type !== 'chunk' || files.has(file)) return;
          files.add(file);
          chunk.imports.forEach(add);
        };
        for (const [file, chunk] of Object.entries(bundle))
          if (chunk.type === 'chunk' && chunk.facadeModuleId?.endsWith(PROGRAM)) add(file);
        return [...files].map(
          (file): HtmlTagDescriptor => ({
            tag: 'link',
            // No "modulepreload", which compiles at once: the first rows would have to wait for that.
            attrs: { rel: 'preload', as: 'script', crossorigin: true, href: `/${file}` },
            injectTo: 'head',
          }),
        );
      },
    },
  };
}
