import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Dialogs } from '../dialogs.ts';
import { newId, platformText, problemOfAccount, problemOfDomain, problemOfName } from '../model/newPlatform.ts';

const REGIONS: readonly (readonly [string, string])[] = [
  ['us-west-2', 'Oregon'],
  ['us-east-1', 'N. Virginia'],
  ['us-east-2', 'Ohio'],
  ['eu-west-1', 'Ireland'],
  ['eu-central-1', 'Frankfurt'],
  ['ap-southeast-2', 'Sydney'],
  ['ap-northeast-1', 'Tokyo'],
];

/** Asks for what has no default, lists what it will write, and writes it; never over a file. Returns the file. */
export async function createPlatform(folder: string, dialogs: Dialogs): Promise<string | undefined> {
  const file = path.join(folder, 'platform.yml');
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
  if (domain === undefined) return undefined;
  const text = platformText({ name, region, account, domain, id: newId((length) => randomBytes(length)) });
  const answer = await dialogs.confirm(`Create ${name}?`, `One file is written:\n${file}\n\n${text}`, ['Create']);
  if (answer === undefined) return undefined;
  await writeNew(file, text);
  return file;
}

/** Copies the sample into a folder of its own; lists what it copies, never over a file. Returns its platform file. */
export async function copySample(sample: string, folder: string, dialogs: Dialogs): Promise<string | undefined> {
  const names = (await readdir(sample, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(sample, path.join(entry.parentPath, entry.name)));
  const target = path.join(folder, 'slipway-sample');
  const answer = await dialogs.confirm('Copy the sample platform?', [`Into ${target}:`, ...names].join('\n'), ['Copy']);
  if (answer === undefined) return undefined;
  for (const name of names) {
    await mkdir(path.dirname(path.join(target, name)), { recursive: true });
    await writeNew(path.join(target, name), await readFile(path.join(sample, name), 'utf8'));
  }
  return path.join(target, 'platform.yml');
}

async function chooseRegion(dialogs: Dialogs): Promise<string | undefined> {
  const known = REGIONS.map(([region, place]) => ({ label: region, description: place, value: region }));
  const region = await dialogs.choose('Region', [...known, { label: 'Another region...', description: '', value: '' }]);
  if (region !== '') return region;
  const validate = (text: string): string | undefined =>
    /^[a-z]{2}(-[a-z]+)+-\d$/.test(text) ? undefined : 'A region such as eu-north-1.';
  return dialogs.type({ title: 'Create Platform', prompt: 'Region', validate });
}

async function writeNew(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: 'wx' });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST')
      throw new Error(`${file} is there already: nothing was overwritten.`, { cause: error });
    throw error;
  }
}
