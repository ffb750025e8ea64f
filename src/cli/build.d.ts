/** The constants that the build (tsup.config.ts) puts into the program. */

/** The version in package.json. */
declare const VERSION: string

/** A file of HTML as text, with its stylesheets and scripts in it. */
declare module '*.html' {
  const text: string
  // biome-ignore lint/style/noDefaultExport: the build makes a default export of it
  export default text
}
