// What may import what. `npm run lint` reads every import of src, test and bench, types and dynamic imports included.

/** The folders of src by layer, lowest first. A new folder is entered here. */
const LAYERS = [
  ['config', 'model'],
  ['memory', 'rules', 'protocol'],
  ['state'],
  ['operations', 'store'],
  ['runtime', 'pool', 'jobs', 'dashboard', 'site', 'metrics', 'github'],
  ['http', 'cli', 'swarm'],
  ['server'],
];

const folders = (layers) => layers.flat().join('|');

const climbing = LAYERS.map((layer, index) => ({
  name: 'no-import-climbs',
  severity: 'error',
  comment:
    `${layer.join(', ')} (layer ${index}): an import points to its own layer or to a lower one. ` +
    'Move what both files need to a lower layer, or let the caller hand it in.',
  from: { path: `^src/(${folders([layer])})/` },
  to: { path: `^src/((${folders(LAYERS.slice(index + 1)) || 'none'})/|main\\.ts$)` },
}));

const error = (name, comment, from, to, more = {}) => ({ name, comment, severity: 'error', from, to, ...more });

export default {
  forbidden: [
    ...climbing,
    error(
      'one-way-between-folders',
      'Two folders of one layer do not need each other both ways: move what both need to a lower layer.',
      { path: '^src/[^/]+$' },
      { path: '^src/[^/]+$', circular: true },
      { scope: 'folder' },
    ),
    error(
      'no-circle-of-files',
      'No files import each other in a circle, not even for types: move what they share to a file of its own.',
      {},
      { circular: true },
    ),
    error(
      'every-folder-has-a-layer',
      'A folder of src has a layer (the list LAYERS of .dependency-cruiser.mjs), and main.ts is the only loose file.',
      { path: '^src/', pathNot: `^src/((${folders(LAYERS)})/|main\\.ts$)` },
      {},
    ),
    error(
      'the-product-stands-alone',
      'What runs for an operator imports nothing of the tests and the benches.',
      { path: '^src/' },
      { path: '^(test|bench)/' },
    ),
    error(
      'no-development-package',
      'What runs for an operator imports packages of `dependencies` only; the page is built.',
      { path: '^src/', pathNot: '^src/(dashboard/page|site/browser)/' },
      { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    ),
    error(
      'one-door-to-typebox',
      'Schemas and validators import `protocol/typebox.ts`, which the build packs: a thread that loads the package itself starts half a second later.',
      { path: '^src/', pathNot: '^src/protocol/typebox\\.ts$' },
      { path: '(^|/)node_modules/typebox/' },
    ),
    error(
      'every-import-is-found',
      'An import that cannot be resolved is one that no rule sees. The page gets uplot.js at the build.',
      {},
      { couldNotResolve: true, pathNot: '^\\./uplot\\.js$' },
    ),
  ],
  options: {
    // TypeScript 7 has no interface for programs; this parser reads TypeScript by itself.
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
