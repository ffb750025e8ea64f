/** What the build (tsup.config.ts) puts into the program. */

/** The version in package.json. */
declare const VERSION: string

/** An HTML file as a string, with its stylesheets and scripts inlined. */
declare module '*.html' {
  const text: string
  // biome-ignore lint/style/noDefaultExport: the build creates a default export
  export default text
}
