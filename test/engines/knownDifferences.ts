/** Where moto and the rehearsal differ, and why the rehearsal is right (or where it is content to be smaller). */
export const knownDifferences: readonly { readonly pattern: RegExp; readonly reason: string }[] = [];
