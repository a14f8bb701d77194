import { defineConfig } from 'vite';

/** Builds the dashboard's page: `src/dashboard/web/` into `dist/dashboard/web/`, as few and as small files as it goes. */
export default defineConfig({
  root: 'src/dashboard/web',
  // Nothing of this machine gets into the page.
  envDir: false,
  publicDir: false,
  logLevel: 'warn',
  build: {
    outDir: '../../../dist/dashboard/web',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: false,
    // An inlined picture would be a data: URL, which the page's Content-Security-Policy does not allow.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
});
