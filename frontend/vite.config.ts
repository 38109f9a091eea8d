import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// The server serves index.html at /agents, /agents/{id} and everything else of this folder below /agents/.
export default defineConfig({
  base: '/agents/',
  plugins: [react()],
  build: {
    outDir: '../src/reposto/app/static',
    emptyOutDir: true,
    assetsInlineLimit: 0, // data: URLs are refused by the page's content security policy
    modulePreload: { polyfill: false },
    target: 'es2022',
  },
  server: { proxy: { '/api': { target: 'http://127.0.0.1:8000', ws: true } } },
  test: { include: ['test/**/*.test.{ts,tsx}'], environment: 'node', testTimeout: 60_000 },
});
