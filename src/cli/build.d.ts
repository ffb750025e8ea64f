/** What the build puts into the program. */

/** The version in package.json. */
declare const VERSION: string

/** A file of HTML, as text. */
declare module '*.html' {
  const text: string
  // biome-ignore lint/style/noDefaultExport: this is what the build makes of it
  export default text
}
