import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { programPreload, themeStyles } from './vite-plugins.ts';

/** `npm run dev -w @sterna/web` serves the sources against a server that runs (STERNA_URL, else the default port). */
export default defineConfig({
  plugins: [react(), themeStyles(), programPreload()],
  build: {
    // Hashed names: the server lets browsers keep them for a year.
    assetsDir: 'assets',
    // The policy of the server takes neither inline scripts nor data: URLs for fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1500,
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        // Else every icon and hook that two pages share is a file of its own, and a page waits for forty of them. No
        // sources of ours: their style sheets would come along, and before those that they build on.
        codeSplitting: { groups: [{ name: 'packages', minShareCount: 2, test: /node_modules.*\.m?js$/ }] },
      },
    },
  },
  server: { proxy: { '/api': process.env.STERNA_URL ?? 'http://127.0.0.1:7420' } },
});
