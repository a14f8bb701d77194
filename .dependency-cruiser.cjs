/** The import rules of the table in CONTRIBUTING.md: the folder list is the architecture, and this holds it. */

/** `from` may import itself, `src/image/`, and what `allowed` names. */
const only = (from, allowed = []) => ({
  name: `${from}-imports`,
  severity: 'error',
  from: { path: `^src/${from}/` },
  to: { path: '^src/', pathNot: [`^src/${from}/`, '^src/image/', ...allowed] },
});

/** An npm package that belongs to one folder. */
const home = (packageName, folder) => ({
  name: `${packageName.replace(/\W+/g, '-')}-home`,
  severity: 'error',
  from: { path: '^src/', pathNot: `^src/${folder}/` },
  to: { path: `node_modules/${packageName}/` },
});

const contracts = ['^src/(store|transform)/contract\\.ts$', '^src/ledger/contract/'];
const configPieces = [
  '^src/ledger/config\\.ts$',
  '^src/transform/limits\\.ts$',
  '^src/pipeline/(choose/)?config\\.ts$',
  '^src/pipeline/choose/choose\\.ts$',
  '^src/alerts/config\\.ts$',
  '^src/cloud/session/login\\.ts$',
  '^src/cloud/config\\.ts$',
  '^src/web/(config|eventsConfig|listen)\\.ts$',
];

module.exports = {
  forbidden: [
    {
      name: 'image-is-pure',
      comment: 'The vocabulary depends on nothing but zod and node:crypto.',
      severity: 'error',
      from: { path: '^src/image/' },
      to: { pathNot: ['^src/image/', '^node_modules/zod/', '^(node:)?crypto$'] },
    },
    only('transform'),
    only('store'),
    only('ledger'),
    only('pipeline', contracts),
    only('alerts', ['^src/pipeline/', ...contracts]),
    only('web', ['^src/pipeline/', ...contracts]),
    only('dashboard', ['^src/(pipeline|web)/', '^src/ledger/catalogue/contract\\.ts$', ...contracts]),
    only('cloud'),
    only('config', configPieces),
    { name: 'no-circles', severity: 'error', from: { path: '^src/' }, to: { circular: true } },
    {
      name: 'no-dev-packages',
      severity: 'error',
      // What the page uses is built into it; nothing of it is installed with the program.
      from: { path: '^src/', pathNot: '^src/dashboard/web/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only', 'npm'] },
    },
    {
      name: 'page-imports',
      comment:
        'The page runs in a browser: of the server it takes types, of the vocabulary what needs no package.',
      severity: 'error',
      from: { path: '^src/dashboard/web/' },
      to: {
        path: '^src/',
        pathNot: ['^src/dashboard/web/', '^src/image/(failure|state)\\.ts$', '^src/dashboard/api/schemas/'],
      },
    },
    {
      name: 'page-types-alone',
      severity: 'error',
      from: { path: '^src/dashboard/web/' },
      to: { path: '^src/dashboard/api/schemas/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'page-stays-in-the-browser',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/dashboard/web/' },
      to: { path: '^src/dashboard/web/' },
    },
    home('(preact|@preact|uplot)', 'dashboard/web'),
    home('(sharp|@imagemagick)', 'transform'),
    home('(undici|@smithy|fast-xml-parser)', 'store/s3'),
    home('(pg|graphile-worker)', 'ledger'),
    home('picomatch', 'pipeline'),
    home('(yaml|fastest-levenshtein)', 'config'),
    home('(commander|pino)', 'cli'),
    home('(hono|@hono)', '(web|dashboard)'),
    home('prom-client', 'web'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
