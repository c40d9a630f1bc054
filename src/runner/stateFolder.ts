import { createHash } from 'node:crypto';
import { isAbsolute, join } from 'node:path';

/** Where journal, intents, pins and locks of this person live: XDG_STATE_HOME, `~/Library/Application Support`, or LOCALAPPDATA. Relative values of the environment are skipped, as the XDG specification says. */
export function defaultStateFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform, home: string): string {
  const absolute = (value: string | undefined): string | undefined => (value !== undefined && isAbsolute(value) ? value : undefined);
  switch (platform) {
    case 'win32':
      return join(absolute(env['LOCALAPPDATA']) ?? absolute(env['APPDATA']) ?? join(home, 'AppData', 'Local'), 'slipway');
    case 'darwin':
      return join(home, 'Library', 'Application Support', 'slipway');
    default:
      return join(absolute(env['XDG_STATE_HOME']) ?? join(home, '.local', 'state'), 'slipway');
  }
}

/** What a platform's files are called in the state folder. One account, region and platform id share a lock, whichever file they are started from. */
export interface PlatformKey {
  readonly account: string;
  readonly region: string;
  /** The value of the tag `slipway:platform`. */
  readonly platform: string;
  /** In a rehearsal: the world folder. Worlds share no platform, whatever account they play. */
  readonly world?: string | undefined;
}

/** A file name of at most 100 characters for `key`: readable in front, unique by a hash. */
export function fileNameOf(key: PlatformKey): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([key.account, key.region, key.platform, key.world ?? null]))
    .digest('hex')
    .slice(0, 12);
  const readable = `${key.world === undefined ? '' : 'rehearsal-'}${key.account}-${key.region}-${key.platform}`
    .replace(/[^\w.-]+/g, '-')
    .slice(0, 80);
  return `${readable}-${hash}`;
}

/** The default world of a platform file: beside the other state, one per file. */
export function defaultWorld(stateFolder: string, platformFile: string): string {
  return join(stateFolder, 'worlds', createHash('sha256').update(platformFile).digest('hex').slice(0, 16));
}
