/** The two projects of a part whose tests run side by side, except for those that measure something. */

/** @param alone - the files that run one at a time, after all others */
export function sideBySideThenAlone(alone: string[]) {
  return [
    {
      extends: true as const,
      test: {
        name: 'side by side',
        include: ['*.test.ts'],
        exclude: alone,
        maxWorkers: 2,
        sequence: { groupOrder: 0 },
      },
    },
    {
      extends: true as const,
      test: { name: 'alone', include: alone, maxWorkers: 1, sequence: { groupOrder: 1 } },
    },
  ]
}
