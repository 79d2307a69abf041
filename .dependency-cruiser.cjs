/**
 * The floors of the house. A folder imports only folders on floors below its own; two folders on one floor never
 * import each other. Each big dependency has one importer.
 */
const floors = [
  ['routing', 'errors'],
  ['xml', 'inventory', 'esl', 'config', 'metrics', 'tracing'],
  ['live', 'import', 'export'],
  ['http', 'simulation'],
  ['cli'],
];

const floorRules = floors.flatMap((folders, floor) =>
  folders.map((folder) => ({
    name: `floor-${floor}-${folder}`,
    comment: `src/${folder} stands on floor ${floor}: it may import itself and the floors below`,
    severity: 'error',
    from: { path: `^src/${folder}/` },
    to: {
      path: '^src/',
      pathNot: [folder, ...floors.slice(0, floor).flat()].map((name) => `^src/${name}/`),
    },
  })),
);

const onlyImporters = [
  ['fast-xml-parser', 'xml'],
  ['better-sqlite3', 'inventory'],
  ['re2js', 'inventory'],
  ['ipaddr.js', 'inventory'],
  ['fastest-levenshtein', 'inventory'],
  ['zod', 'config'],
  ['pino', 'config'],
  ['prom-client', 'metrics'],
  ['express', 'http'],
  ['commander', 'cli'],
  ['csv-parse', 'import'],
].map(([dependency, folder]) => ({
  name: `only-${folder}-imports-${dependency}`,
  severity: 'error',
  from: { path: '^src/', pathNot: `^src/${folder}/` },
  to: { path: `node_modules/(@types/)?${dependency.replace('.', '\\.')}/` },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-orphans', severity: 'error', from: { orphan: true, path: '^src/' }, to: {} },
    ...floorRules,
    ...onlyImporters,
    {
      name: 'routing-is-pure',
      comment: 'decisions are pure: no node:*, no package',
      severity: 'error',
      from: { path: '^src/(routing|errors)/' },
      to: { pathNot: '^src/' },
    },
    {
      name: 'only-esl-imports-node-net',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/esl/' },
      to: { path: '^(node:)?net$' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
  },
};
