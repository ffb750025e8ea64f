/** A file of HTML, as text: the build puts it into the program. */
declare module '*.html' {
  const text: string
  // biome-ignore lint/style/noDefaultExport: this is what the build makes of it
  export default text
}
