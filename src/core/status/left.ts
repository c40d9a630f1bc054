/** The group that what left the platform file is shown under: in plans, as the stage of its deletions, and as the last one of a tree. */
export const LEFT = { id: 'orphans', title: 'No longer in the platform file' } as const;
