/** Where a real API server and the rehearsed one differ, and why the rehearsed one is content to. */
export const knownKubernetesDifferences: readonly { readonly pattern: RegExp; readonly reason: string }[] = [
  {
    pattern: /same value: shared: .*managedFields\.0\.time: real nothing/,
    reason: 'the real one leaves the time out of an entry that is kept while nothing else changes',
  },
  { pattern: /another kind than in the path: \.body\.message/, reason: 'Go names its own conversion functions' },
  { pattern: /a bad selector: \.body\.message/, reason: "the words of Go's lexer" },
  { pattern: /wrong type on create: \.body\.message.*DeploymentSpec\.spec\.replicas/, reason: 'Go names its own structs' },
  { pattern: /claim, another class: \.body\..*message: .*@@/, reason: 'the real one adds a diff of its Go structs' },
  { pattern: /role binding, another role: \.body\..*message: .*APIGroup/, reason: 'the real one prints its Go struct' },
];
