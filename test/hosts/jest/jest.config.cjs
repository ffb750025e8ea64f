/** Each format of modules in each environment. */
module.exports = {
  projects: ['node', 'jsdom'].flatMap((testEnvironment) =>
    ['cjs', 'mjs'].map((format) => ({
      displayName: `${testEnvironment} ${format}`,
      testEnvironment,
      moduleFileExtensions: ['js', 'cjs', 'mjs'],
      testMatch: [`**/webhooks.test.${format}`],
      transform: {},
    })),
  ),
}
