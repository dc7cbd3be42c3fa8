/**
 * The import rules of docs/architecture.md, enforced by `npm run lint`. Each row of the table is a layer, with all
 * that its sources may import of ours. What isn't in the table may not be imported.
 */

const CORE = 'packages/core';
const CONTENT = 'packages/content';
const CONTRACT = 'packages/api-contract';
const KIT = 'packages/connector-kit';
const SUITE = 'packages/connector-suite';
const STORE = 'packages/store';
const ENGINE = 'packages/engine';
const APPLICATION = 'packages/application';
const REGISTRY = 'packages/connectors/all';
/** What CalDAV, CardDAV and WebDAV share. */
const DAV = 'packages/dav';
/** What the connectors of cloud services share. */
const CLOUD = 'packages/cloud-http';
const CONNECTOR = 'packages/connectors/(?!all/)[^/]+';
const SERVER = 'apps/server';
/** Sample mail, and what stands for other people's systems. */
const SIMULATOR = 'simulators/(?!(?:command|kit)/)[^/]+';
/** What simulators need alike: clock, faults, sample people. */
const SIMULATOR_KIT = 'simulators/kit';
const TEST_SERVERS = 'test-servers';

/** The part of the command line that is itself loaded by import() and puts the server together. */
const CLI_COMPOSITION = '^apps/cli/src/(demo|rehearsal)/';

/** What tests may import beside what their package may. */
const FOR_TESTS = [TEST_SERVERS, SIMULATOR, SUITE];

const LAYERS = [
  { layer: CORE, may: [] },
  { layer: CONTENT, may: [CORE] },
  { layer: CONTRACT, may: [CORE] },
  { layer: KIT, may: [CORE] },
  { layer: STORE, may: [CORE] },
  { layer: SUITE, may: [CORE, CONTENT, KIT] },
  // One connector never knows another, nor the store, nor the engine.
  { layer: DAV, may: [CORE, CONTENT, KIT] },
  { layer: CLOUD, may: [CORE, CONTENT, KIT] },
  { layer: CONNECTOR, may: [CORE, CONTENT, KIT, DAV, CLOUD] },
  { layer: REGISTRY, may: [CORE, CONTENT, KIT, CONNECTOR] },
  // Ports and capabilities, never a concrete connector.
  { layer: ENGINE, may: [CORE, CONTENT, KIT, STORE] },
  { layer: APPLICATION, may: [CORE, CONTENT, KIT, STORE, ENGINE] },
  // What answers requests calls the application and nothing below it; the rest of the server puts things together.
  { layer: `${SERVER}/src/(http|routes)`, within: SERVER, may: [CORE, CONTRACT, APPLICATION] },
  {
    layer: `${SERVER}/src/(?!(http|routes)/)`,
    within: SERVER,
    may: [CORE, CONTRACT, APPLICATION, REGISTRY, KIT, STORE, ENGINE],
  },
  { layer: 'apps/cli', may: [CORE, CONTRACT, SERVER, SIMULATOR, SIMULATOR_KIT] },
  { layer: 'apps/web', may: [CORE, CONTRACT] },
  // They stand for other people's systems: a misunderstanding shared with our code would hide itself.
  { layer: SIMULATOR_KIT, may: [], testsMay: [] },
  { layer: SIMULATOR, may: [SIMULATOR_KIT], testsMay: [] },
  { layer: 'simulators/command', may: [SIMULATOR], testsMay: [] },
  { layer: TEST_SERVERS, may: [], testsMay: [] },
];

const OURS = '^(packages|apps|simulators|test-servers|e2e|bench)/';

/** `^(a)(/|$)` of folders; a layer that names a part of a package may reach all of its package. */
function inside(folders) {
  return `^(${folders.join('|')})(/|$)`;
}

function layerRules({ layer, within, may, testsMay = FOR_TESTS }) {
  // `$1` is the package that the import starts from.
  const own = within === undefined ? '^$1/' : inside([within]);
  const sources = within === undefined ? `^(${layer})/src/` : `^(${layer})`;
  const rules = [
    {
      name: `only-below: ${layer}`,
      severity: 'error',
      comment: may.length === 0 ? 'It may import nothing of ours.' : `It may import only ${may.join(', ')}.`,
      from: { path: sources },
      to: { path: OURS, pathNot: [own, ...(may.length === 0 ? [] : [inside(may)])] },
    },
  ];
  if (within === undefined) {
    rules.push({
      name: `tests-only-below: ${layer}`,
      severity: 'error',
      comment: `Its tests may import what it may, and ${[...testsMay, 'itself'].join(', ')}.`,
      from: { path: `^(${layer})/(?!src/)` },
      to: {
        path: OURS,
        pathNot: ['^$1/', ...(may.length + testsMay.length === 0 ? [] : [inside([...may, ...testsMay])])],
      },
    });
  }
  return rules;
}

module.exports = {
  forbidden: [
    ...LAYERS.flatMap(layerRules),
    {
      name: 'no-circular',
      severity: 'error',
      comment: 'Files that need each other are one thing, or hide a third.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'core-is-pure',
      severity: 'error',
      comment: 'No I/O and no node:* in the core, so that it runs anywhere and is tested without anything.',
      from: { path: `^${CORE}/src/` },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'cli-loads-server-lazily',
      severity: 'error',
      comment: 'The command line is a client; only some commands load the server, by import() when they run.',
      from: { path: '^apps/cli/src/', pathNot: CLI_COMPOSITION },
      to: {
        path: [inside([SERVER, SIMULATOR, SIMULATOR_KIT]), CLI_COMPOSITION],
        dynamic: false,
        dependencyTypesNot: ['type-only', 'type-import'],
      },
    },
    {
      name: 'not-into-tests',
      severity: 'error',
      comment: 'Programs never need what only tests do.',
      from: { path: '/src/', pathNot: `^${SUITE}/` },
      to: { path: `(/test/|^e2e/|^bench/|${inside([TEST_SERVERS, SUITE])})`, pathNot: `^${TEST_SERVERS}/src/` },
    },
    {
      name: 'through-the-front-door',
      severity: 'error',
      comment: 'Other packages are imported by their names (@sterna/…), never by a path.',
      from: { path: '^((packages(?:/connectors)?|apps|simulators)/[^/]+|test-servers|e2e|bench)/' },
      to: { path: OURS, pathNot: '^$1/', dependencyTypes: ['local'] },
    },
    {
      name: 'resolvable',
      severity: 'error',
      comment: 'The import names a file or package that is not there.',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'declared',
      severity: 'error',
      comment: 'Sources may import only packages that their own package.json lists under dependencies.',
      from: { path: '/src/', pathNot: `^${SUITE}/` },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['type-only', 'type-import'],
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    // Imports of types count too.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.mjs', '.js', '.cjs', '.json'],
    },
  },
};
