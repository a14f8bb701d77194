import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['.cache/', 'dist/', 'kuva-data/', '**/*.js', '**/*.cjs', '**/*.mjs'] },
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // `as` hides what the compiler knows; what comes from outside is parsed at the edge. `as const` stays allowed.
      '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'never' }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // Numbers and bigints in messages are fine.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      'no-console': 'error',
    },
  },
  {
    // No shell between a key and a command, and no text that becomes a program: what comes from a bucket stays data.
    files: ['src/**'],
    rules: {
      'no-eval': 'error',
      'no-new-func': 'error',
      'no-restricted-imports': [
        'error',
        {
          paths: ['child_process', 'node:child_process'].map((name) => ({
            name,
            importNames: ['exec', 'execSync'],
            message: 'exec starts a shell: use execFile or spawn, with the arguments as a list.',
          })),
          patterns: [{ regex: '^(node:)?vm$', message: 'Nothing that kuva reads is a program.' }],
        },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'Property[key.name="shell"][value.type="Literal"]',
          message: 'No shell: the arguments go as a list.',
        },
        {
          selector: 'ImportNamespaceSpecifier[parent.source.value=/child_process/]',
          message: 'Import what is needed by name, so that exec can be told from execFile.',
        },
        {
          selector: 'ImportExpression[source.type!="Literal"]',
          message: 'Import only what the source names.',
        },
      ],
    },
  },
  {
    // The one place that imports what a recipe names: in a decoder's process, and held to its digest.
    files: ['src/transform/own/module.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'Property[key.name="shell"][value.type="Literal"]',
          message: 'No shell: the arguments go as a list.',
        },
        {
          selector: 'ImportNamespaceSpecifier[parent.source.value=/child_process/]',
          message: 'Import what is needed by name, so that exec can be told from execFile.',
        },
      ],
    },
  },
  {
    // Benchmarks and set-up scripts print as they go.
    files: ['bench/**', 'scripts/**', 'test/**'],
    rules: { 'no-console': 'off' },
  },
  {
    // AssemblyScript, whose types only its own compiler knows.
    files: ['src/transform/jpeg/entropy/assembly/**'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { parserOptions: { projectService: false } },
    // There, `<i32>x` computes.
    rules: { '@typescript-eslint/consistent-type-assertions': 'off' },
  },
);
