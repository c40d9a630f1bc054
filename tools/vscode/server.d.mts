export interface Server {
  readonly port: number;
  readonly token: string;
  readonly pid: number;
  readonly logFile: string;
  url(query: Readonly<Record<string, string>>): string;
  stop(): void;
}

export interface Edition {
  readonly codeServer: string;
  readonly node: string;
}

export interface ServerOptions {
  /** A private folder of this run. */
  readonly dir: string;
  readonly driver?: boolean;
  readonly trust?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly settings?: object;
  readonly edition?: Edition;
}

export function installExtension(dir: string, vsix: string, edition?: Edition): void;
export function startServer(options: ServerOptions): Promise<Server>;
