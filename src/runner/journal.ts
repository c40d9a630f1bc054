import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ensurePrivateFolder } from './privateFile.ts';
import { jsonLine } from './printable.ts';

/** A record of a run besides its events: that it ended without a `run.finished`. */
export interface RunInterrupted {
  readonly time: string;
  readonly run: string;
  readonly event: 'run.interrupted';
  readonly reason: string;
}

/** What happened, one JSON line an event, for people to read. Never read back as truth; losing it loses nothing. */
export interface Journal {
  write(record: object): void;
  /** Resolves when everything is on disk. */
  close(): Promise<void>;
}

/**
 * Opens `path` for appending (0600, its folder 0700). Records are written in order and without holding up the run; what comes while
 * one is being written goes in one piece after it, since a thousand objects tell thousands. The first piece that cannot be written is
 * told to `lost`, once; the run goes on, for it does not live from its journal.
 * @throws NodeJS.ErrnoException when it cannot be opened: then no run has begun.
 */
export async function openJournal(path: string, lost: (error: unknown) => void): Promise<Journal> {
  await ensurePrivateFolder(dirname(path));
  const file = await open(path, 'a', 0o600);
  let waiting: string[] = [];
  let writing: Promise<void> | undefined;
  let failed = false;
  const writeAll = async (): Promise<void> => {
    while (waiting.length > 0 && !failed) {
      const piece = waiting.join('');
      waiting = [];
      try {
        await file.appendFile(piece);
      } catch (error) {
        failed = true;
        lost(error);
      }
    }
    writing = undefined;
  };
  return {
    write(record) {
      if (failed) return;
      waiting.push(`${jsonLine(record)}\n`);
      writing ??= writeAll();
    },
    async close() {
      await writing;
      await file.close();
    },
  };
}
