// Imports point one way (docs/architecture.md): vscode, cli → runner → stages → aws, kubernetes → core.
const rooms = {
  core: '^src/core/',
  aws: '^src/aws/',
  manifests: '^src/manifests/',
  kubernetes: '^src/kubernetes/',
  stages: '^src/stages/',
  rehearsal: '^src/rehearsal/',
  runner: '^src/runner/',
  cli: '^src/cli/',
  vscode: '^src/(vscode/|extension\\.ts)',
};
const room = (...names) => names.map((name) => rooms[name]).join('|');
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    forbid('no-cycles', 'a cycle is two files that are one', {}, { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } }),
    forbid('no-orphan-imports', 'an import that does not resolve', {}, { couldNotResolve: true, pathNot: '^(vscode|#all)$' }),
    forbid(
      'core-is-pure',
      'the domain knows no SDK, no network, no file system, no other room',
      { path: rooms.core },
      { pathNot: '^(src/core/|resources/|node_modules/(yaml|@types)/)' },
    ),
    forbid(
      'manifests-are-texts',
      'manifests are read from texts: no disk, no network, no other room but core',
      { path: rooms.manifests },
      { pathNot: '^(src/(core|manifests)/|node_modules/yaml/)' },
    ),
    forbid(
      'aws-and-kubernetes-apart',
      'they meet in stages',
      { path: rooms.aws },
      { path: room('kubernetes', 'stages', 'runner', 'cli', 'vscode', 'rehearsal') },
    ),
    forbid(
      'kubernetes-and-aws-apart',
      'they meet in stages',
      { path: rooms.kubernetes },
      { path: room('aws', 'stages', 'runner', 'cli', 'vscode', 'rehearsal') },
    ),
    forbid('stages-below-runner', 'stages know no face', { path: rooms.stages }, { path: room('runner', 'cli', 'vscode', 'rehearsal') }),
    forbid('runner-below-faces', 'the runner knows no face', { path: rooms.runner }, { path: room('cli', 'vscode', 'rehearsal') }),
    forbid(
      'rehearsal-alone',
      "the rehearsal is reached by endpoint, and knows nothing of the product but the table of AWS's instance types",
      { path: rooms.rehearsal },
      { path: room('core', 'aws', 'kubernetes', 'stages', 'runner', 'cli', 'vscode'), pathNot: '^src/core/platform/instanceTypes\\.ts$' },
    ),
    forbid(
      'rehearsal-by-endpoint',
      'only the command that serves it imports it',
      { path: '^src/', pathNot: '^src/(rehearsal/|cli/commands/rehearse)' },
      { path: rooms.rehearsal },
    ),
    forbid(
      'host-holds-no-engine',
      'the extension host loads no SDK and no provider: its work is in the runner process',
      { path: rooms.vscode },
      { path: `${room('aws', 'kubernetes', 'stages', 'cli')}|^node_modules/(@aws-sdk|@smithy|@kubernetes)/` },
    ),
    forbid(
      'vscode-in-its-room',
      'only the face imports vscode',
      { pathNot: `${rooms.vscode}|^test/host/` },
      { path: '^vscode$|@types/vscode' },
    ),
    forbid('no-tests-in-source', 'nothing imports tests', { path: '^src/' }, { path: '^(test|tools)/' }),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json', '.d.ts'],
    },
  },
};
