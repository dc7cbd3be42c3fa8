import type { Plugin } from 'esbuild';

export const quickMime: Plugin;
