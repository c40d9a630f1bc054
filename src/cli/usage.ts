import { RunnerError } from '../runner/runnerError.ts';

/** Wrong usage: exit 2. */
export function usageError(message: string, next?: string): RunnerError {
  return new RunnerError(message, { code: 'usage', exit: 2, next });
}

const CONSENTS = ['replace', 'delete', 'overwrite', 'upgrade', 'adopt', 'abandon'];

/** `--allow WHAT:RESOURCE`. @throws RunnerError exit 2 */
export function checkConsents(allow: readonly string[]): readonly string[] {
  for (const consent of allow) {
    const [what = '', ...resource] = consent.split(':');
    if (!CONSENTS.includes(what) || resource.join(':') === '') {
      throw usageError(
        `--allow ${consent} is not WHAT:RESOURCE.`,
        `WHAT is one of ${CONSENTS.join(', ')}; slipway plan prints the options that it needs.`,
      );
    }
  }
  return allow;
}

/** `--secrets -`: never a file, never an argument; standard input is then no place to answer questions. @throws RunnerError exit 2 */
export function checkSecrets(source: string, yes: boolean | undefined): void {
  if (source !== '-') throw usageError('--secrets takes only -: values are read from standard input, never from a file or an argument.');
  if (yes !== true) throw usageError('--secrets - needs --yes: nobody can be asked where values are read.');
}

/** Twelve digits. @throws RunnerError exit 2 */
export function checkAccount(account: string | undefined): string | undefined {
  if (account !== undefined && !/^\d{12}$/.test(account))
    throw usageError(`--account ${account} is not an account id.`, 'Write its twelve digits.');
  return account;
}

/** A number of an option within bounds. @throws RunnerError exit 2 */
export function numberOption(name: string, text: string, lowest: number, highest: number, whole: boolean): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < lowest || value > highest || (whole && !Number.isInteger(value))) {
    throw usageError(`${name} ${text} is not ${whole ? 'a whole number' : 'a number'} from ${String(lowest)} to ${String(highest)}.`);
  }
  return value;
}

/** AWS profile names: what `aws configure` takes, never an option. @throws RunnerError exit 2 */
export function checkProfile(profile: string | undefined): string | undefined {
  if (profile !== undefined && !/^[\w.@+/ :][\w.@+/ :-]{0,127}$/.test(profile))
    throw usageError('--profile is not the name of an AWS profile.');
  return profile;
}
