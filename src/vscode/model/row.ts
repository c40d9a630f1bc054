/** What a row can do: each is a flag that a menu's `when` clause of package.json asks for. */
export type Flag =
  | 'canApply'
  | 'canApplyTo'
  | 'canBreak'
  | 'canCancel'
  | 'canConnect'
  | 'canContinue'
  | 'canDestroyAll'
  | 'canDestroyStage'
  | 'canEnterSecrets'
  | 'canFix'
  | 'canPlan'
  | 'canPreview'
  | 'canReconnect'
  | 'canRefresh'
  | 'canReset'
  | 'canRestart'
  | 'canRetry'
  | 'canSignIn'
  | 'hasArn'
  | 'hasCommands'
  | 'hasComparison'
  | 'hasConsole'
  | 'hasId'
  | 'hasLive'
  | 'hasLogs'
  | 'hasManifest'
  | 'hasSource'
  | 'hasUrl';

/** A product icon and the theme colour that it takes; without one it takes the text's. */
export interface Icon {
  readonly id: string;
  readonly color?: string;
}

/** One row of the tree as plain data: what is seen, what is read aloud and what can be done come from the same place. */
export interface Row {
  /** After the platform's key and `#`: empty for the platform, `compute`, `compute/nodegroup`, `compute/nodegroup/cause/0`. */
  readonly path: string;
  readonly kind: 'platform' | 'stage' | 'resource' | 'cause' | 'endpoints' | 'endpoint';
  readonly label: string;
  readonly description: string;
  readonly icon: Icon;
  /** At most two characters, and only where attention is wanted. The word is in the description as well. */
  readonly badge?: { readonly text: string; readonly word: string };
  /** `<title>, <state word>, <reason>` */
  readonly accessible: string;
  readonly flags: readonly Flag[];
  readonly attention: boolean;
  readonly open: 'leaf' | 'collapsed' | 'expanded';
}

/** `;canRetry;kind=stage;`: sorted, so that it can be compared, and fenced, so that no flag is found within another. */
export function contextValue(row: Row): string {
  return `;${[...row.flags, `kind=${row.kind}`].sort().join(';')};`;
}
