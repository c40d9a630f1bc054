import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { Dialogs } from '../dialogs.ts';
import { newId, platformText, problemOfAccount, problemOfDomain, problemOfName, type NewPlatform } from '../model/newPlatform.ts';
import { copyNew, filesIn, forDomain, namesIn, writeNew } from './sampleFiles.ts';

const PLATFORM_FILE = 'platform.yml';
const ONLY_FILE = 'Only platform.yml';

const REGIONS: readonly (readonly [string, string])[] = [
  ['us-west-2', 'Oregon'],
  ['us-east-1', 'N. Virginia'],
  ['us-east-2', 'Ohio'],
  ['eu-west-1', 'Ireland'],
  ['eu-central-1', 'Frankfurt'],
  ['ap-southeast-2', 'Sydney'],
  ['ap-northeast-1', 'Tokyo'],
];

/** What may be copied of the sample: folders that are there already belong to somebody, and nothing is put among their files. */
interface Copied {
  readonly files: readonly string[];
  readonly kept: readonly string[];
}

/**
 * Asks for what has no default, lists what it will write, and writes it: `platform.yml` and, unless only that is wanted, the manifests of
 * `sample` beside it; never over a file. Returns the platform file.
 */
export async function createPlatform(sample: string, folder: string, dialogs: Dialogs): Promise<string | undefined> {
  const file = path.join(folder, PLATFORM_FILE);
  if ((await namesIn(folder)).has(PLATFORM_FILE)) throw new Error(`${file} is there already: nothing was overwritten.`);
  const asked = await askPlatform(folder, dialogs);
  if (asked === undefined) return undefined;
  const copied = await copiedInto(sample, folder);
  const id = newId((length) => randomBytes(length));
  const textWith = (manifests: boolean): string => platformText({ ...asked, id, manifests });
  const detail = [
    `Written into ${folder}:`,
    ...[PLATFORM_FILE, ...copied.files],
    ...(copied.kept.length > 0 ? ['', `There already, and left as it is: ${copied.kept.map((name) => `${name}/`).join(', ')}`] : []),
    '',
    textWith(true),
  ];
  const answer = await dialogs.confirm(`Create ${asked.name}?`, detail.join('\n'), ['Create', ONLY_FILE]);
  if (answer === undefined) return undefined;
  const withManifests = answer !== ONLY_FILE;
  // The platform file last: before it, nobody takes the folder for a platform that is half there.
  if (withManifests) await copyNew(sample, copied.files, folder, forDomain(asked.domain));
  await writeNew(file, textWith(withManifests || copied.kept.length > 0));
  return file;
}

async function askPlatform(folder: string, dialogs: Dialogs): Promise<Omit<NewPlatform, 'id' | 'manifests'> | undefined> {
  const title = 'Create Platform';
  const name = await dialogs.type({
    title,
    prompt: 'Name of the platform, and of its cluster',
    value: path.basename(folder).toLowerCase(),
    validate: problemOfName,
  });
  if (name === undefined) return undefined;
  const region = await chooseRegion(dialogs);
  if (region === undefined) return undefined;
  const account = await dialogs.type({
    title,
    prompt: 'AWS account that it must be, twelve digits (may be left empty)',
    validate: problemOfAccount,
  });
  if (account === undefined) return undefined;
  const domain = await dialogs.type({
    title,
    prompt: 'Domain (may be left empty: then there is no DNS and no TLS)',
    validate: problemOfDomain,
  });
  return domain === undefined ? undefined : { name, region, account, domain };
}

async function copiedInto(sample: string, folder: string): Promise<Copied> {
  const there = await namesIn(folder);
  const folderOf = (file: string): string => file.split('/')[0] ?? file;
  const all = (await filesIn(sample)).filter((file) => file !== PLATFORM_FILE);
  return {
    files: all.filter((file) => !there.has(folderOf(file))),
    kept: [...new Set(all.map(folderOf))].filter((name) => there.has(name)),
  };
}

/** Copies the sample into a folder of its own; lists what it copies, never over a file. Returns its platform file. */
export async function copySample(sample: string, folder: string, dialogs: Dialogs): Promise<string | undefined> {
  const files = await filesIn(sample);
  const target = path.join(folder, 'slipway-sample');
  const answer = await dialogs.confirm('Copy the sample platform?', [`Into ${target}:`, ...files].join('\n'), ['Copy']);
  if (answer === undefined) return undefined;
  await copyNew(sample, files, target);
  return path.join(target, PLATFORM_FILE);
}

async function chooseRegion(dialogs: Dialogs): Promise<string | undefined> {
  const known = REGIONS.map(([region, place]) => ({ label: region, description: place, value: region }));
  const region = await dialogs.choose('Region', [...known, { label: 'Another region...', description: '', value: '' }]);
  if (region !== '') return region;
  const validate = (text: string): string | undefined =>
    /^[a-z]{2}(-[a-z]+)+-\d$/.test(text) ? undefined : 'A region such as eu-north-1.';
  return dialogs.type({ title: 'Create Platform', prompt: 'Region', validate });
}
