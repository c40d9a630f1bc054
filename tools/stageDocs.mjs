// npm run docs: writes docs/stages/<id>.md from each stage itself and docs/platform.md from the table of platform.yml's keys.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { priceBook } from '../src/aws/prices.ts';
import { platformKeys } from '../src/core/platform/keys.ts';
import { printedLines } from '../src/runner/commandLines.ts';
import { offlineGraph } from '../src/runner/connection.ts';
import { openPlatformFile } from '../src/runner/platformFile.ts';
import { root } from './paths.mjs';

const SAMPLE = 'manifests/platform.yml';

/** Every key once, with a value that the parser takes: what the page of platform.yml shows as examples. */
export const EXAMPLE = `\
name: cauchy
id: k3f9x2
region: us-west-2
account: "123456789012"
profile: work
domain: cauchy.link
tags: { team: data }
iam: { permissionsBoundary: "arn:aws:iam::123456789012:policy/boundary" }
network:
  cidr: 10.0.0.0/16
  zones: [usw2-az1, usw2-az2]
  natGateways: single
  s3Endpoint: true
  public: [10.0.0.0/20, 10.0.128.0/20]
  private: [10.0.16.0/20, 10.0.144.0/20]
cluster:
  version: "1.35"
  endpoint: { public: true, private: true, publicCidrs: [203.0.113.0/24] }
  admins: ["arn:aws:iam::123456789012:role/platform"]
  addons:
    coredns: { version: v1.13.1-eksbuild.1, configuration: { replicaCount: 3 } }
compute:
  instanceTypes: [t3.small, t2.small]
  capacity: onDemand
  min: 12
  desired: 13
  max: 18
tls: { email: ops@cauchy.link, issuer: letsencrypt-staging }
minio: { endpoint: https://minio.cauchy.link }
manifests: navier
stages:
  mlflow:
    enabled: true
    title: MLflow
    requires: [minio]
    chart: mlflow/helm
    values: [mlflow/override.yml]
    namespace: mlflow
  reports: { requires: [kafka], manifests: reports }
`;

/** All generated pages: path in the tree → text. Pure but for reading the sample and its folders. */
export async function pages() {
  const sample = await openPlatformFile(path.join(root, SAMPLE));
  if (sample.spec === undefined) throw new Error(`${SAMPLE} has errors: ${sample.findings.map(({ message }) => message).join(' ')}`);
  const graph = offlineGraph(sample.spec, sample.manifests);
  const prices = priceBook(sample.spec.region);
  const lines = commandsByStage(graph);
  const stages = graph.stages.map((stage) => [
    stage.doc,
    stagePage({ graph, stage, lines: lines.get(stage.id) ?? [], region: sample.spec.region, asOf: prices.asOf }),
  ]);
  return new Map([...stages, ['docs/platform.md', platformPage()]]);
}

/** What `slipway commands` prints, by stage. */
function commandsByStage(graph) {
  const lines = new Map(graph.stages.map(({ id }) => [id, []]));
  for (const { resource, line } of printedLines(graph, undefined, 'posix')) lines.get(graph.stageOf(resource)).push(line);
  return lines;
}

function stagePage({ graph, stage, lines, region, asOf }) {
  const shown = stage.resources.filter((resource) => !resource.internal);
  const isShown = (id) => graph.get(id)?.internal !== true;
  const own = new Set(shown.map(({ id }) => id));
  const { seconds } = graph.criticalPath((resource) => (own.has(resource.id) ? (resource.estimate?.().createSeconds ?? 0) : 0));
  const monthly = shown.reduce((sum, resource) => sum + (resource.estimate?.().monthlyUsd ?? 0), 0);
  const requires = stage.requires.map((id) => `[${id}](${id}.md)`).join(', ');
  const rows = shown.map((resource) => {
    const estimate = resource.estimate?.();
    return [
      resource.title,
      resource.steps === undefined ? 'gate: waited for, never made' : `\`${resource.kind}\``,
      `\`${resource.id}\``,
      graph
        .requires(resource.id)
        .filter(isShown)
        .map((id) => `\`${id}\``)
        .join(' ') || '–',
      estimate === undefined ? '–' : String(estimate.createSeconds),
      estimate === undefined ? '–' : String(estimate.deleteSeconds),
      usd(estimate?.monthlyUsd),
    ];
  });
  return [
    `<!-- Written by tools/stageDocs.mjs from the stage itself: change the stage, then \`npm run docs\`. -->`,
    `# ${stage.title}`,
    ...(stage.summary === undefined ? [] : [stage.summary]),
    `Stage \`${stage.id}\`. Requires: ${requires || 'nothing'}. Its longest chain takes about ${duration(seconds)}, and all of it ${monthly === 0 ? 'costs nothing by itself' : `${usd(monthly)} a month`}. ` +
      `The values are those of \`${SAMPLE}\`; money is list prices of ${region} on ${asOf}, without traffic, and Spot at a typical share of the on-demand price.`,
    '## What it makes',
    table(['resource', 'kind', 'id', 'needs', 'seconds to make', 'seconds to delete', 'a month'], rows),
    '## The same by hand',
    [
      'What `slipway commands` prints for it. A word in angle brackets is known only when what it names is there.',
      ...gapsIn(graph, stage, lines),
    ].join(' '),
    ['```sh', ...lines, '```'].join('\n'),
    ...(stage.warnings === undefined ? [] : ['## What must not go wrong', stage.warnings.map((each) => `- ${each}`).join('\n')]),
  ]
    .join('\n\n')
    .concat('\n');
}

/** What those lines leave out, because nobody is connected when they are printed. A line that is there again takes its sentence away. */
function gapsIn(graph, stage, lines) {
  const prints = (word) => lines.some((line) => line.includes(word));
  const isRole = (id) => graph.get(id)?.kind === 'AWS::IAM::Role';
  const hasRole = stage.resources.some(({ id }) => isRole(id));
  const givesRole = stage.resources.some(({ id, kind }) => kind === 'AWS::EKS::Addon' && graph.requires(id).some(isRole));
  return [
    ...(hasRole && !prints('attach-role-policy')
      ? ['Not among them: `aws iam attach-role-policy` for each policy of a role, whose ARN depends on the account’s partition.']
      : []),
    ...(givesRole && !prints('--service-account-role-arn')
      ? ['Nor is the add-on’s `--service-account-role-arn`, which depends on the account.']
      : []),
  ];
}

const defaultOf = (shape) => (shape.type === 'either' ? shape.one.default : shape.default);
const usd = (amount) => (amount === undefined ? 'unknown' : amount === 0 ? '–' : `$${amount.toFixed(2)}`);
const duration = (seconds) => (seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`);

function platformPage() {
  const example = parse(EXAMPLE);
  return [
    `<!-- Written by tools/stageDocs.mjs from src/core/platform/keys.ts: change that table, then \`npm run docs\`. -->`,
    '# platform.yml',
    'Every key that the file may have. `name` and `region` must be there; every other key may be left out and then has the value of the column *default*, or does not apply. ' +
      'The same table makes `resources/platform.schema.json`, by which an editor completes and explains the keys. Some rules compare keys with each other (blocks that overlap, sizes out of order): `slipway validate` tells those with their place.',
    ...sectionsOf(platformKeys, '', example, []),
    '## All together',
    ['```yaml', EXAMPLE.trimEnd(), '```'].join('\n'),
  ]
    .join('\n\n')
    .concat('\n');
}

/** A table of the keys of this mapping, then one of each mapping in it. */
function sectionsOf(mapping, prefix, examples, heading) {
  const inner = [];
  const rows = Object.entries(mapping.keys).map(([key, shape]) => {
    const full = `${prefix}${key}`;
    const given = exampleOf(examples, key);
    inner.push(...nested(shape, full, given));
    return [
      `\`${full}\``,
      typeOf(shape),
      defaultOf(shape) !== undefined ? code(defaultOf(shape)) : mapping.required?.includes(key) ? '**required**' : '–',
      shape.description,
      shape.type === 'mapping' || shape.type === 'entries' ? 'below' : code(given),
    ];
  });
  return [...heading, table(['key', 'type', 'default', 'meaning', 'example'], rows), ...inner];
}

function nested(shape, full, given) {
  const heading = [`## ${full}`, shape.description];
  if (shape.type === 'mapping') return sectionsOf(shape, `${full}.`, given, heading);
  if (shape.type !== 'entries') return [];
  const example = ['```yaml', stringify({ [full.split('.').at(-1)]: given }).trimEnd(), '```'].join('\n');
  if (shape.values.type !== 'mapping') return [...heading, 'Names are yours.', example];
  // One entry of several may not show every key: the examples of all of them together do.
  const together = Object.assign({}, ...Object.values(given));
  return [...sectionsOf(shape.values, `${full}.<name>.`, together, [...heading, 'Names are yours.']), example];
}

function exampleOf(examples, key) {
  if (examples?.[key] === undefined) throw new Error(`EXAMPLE has no value for ${key}`);
  return examples[key];
}

function typeOf(shape) {
  switch (shape.type) {
    case 'text':
      return 'text';
    case 'choice':
      return shape.of.map((each) => `\`${each}\``).join(' or ');
    case 'whole':
      return `${shape.minimum} to ${shape.maximum}`;
    case 'flag':
      return '`true` or `false`';
    case 'list':
      return `list of ${shape.minimum} to ${shape.maximum}`;
    case 'either':
      return `${typeOf(shape.one)}, or ${typeOf(shape.other)}`;
    default:
      return 'mapping';
  }
}

const code = (value) =>
  `\`${typeof value === 'object' ? JSON.stringify(value) : typeof value === 'string' && /^[\d.]+$/.test(value) ? `"${value}"` : value}\``;

function table(head, rows) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [file, text] of await pages()) {
    const target = path.join(root, file);
    if (existsSync(target) && readFileSync(target, 'utf8') === text) continue;
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, text);
    console.log(`wrote ${file}`);
  }
}
