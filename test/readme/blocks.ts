/** The code blocks of a Markdown file or of TSDoc, as programs. */

/** A block of code in the README, and how it is run. */
export interface Block {
  /** The position of the block, for messages. */
  line: number
  language: string
  code: string
  /** The content of the comment `<!-- run: … -->` before the block. */
  run: string | undefined
}

/** Every fenced block, with the comment directly before it. */
export function blocksOf(markdown: string): Block[] {
  const pattern = /(?:<!-- run: (?<run>.+?) -->\n)?^```(?<language>\w*)\n(?<code>.*?)^```$/gms
  return [...markdown.matchAll(pattern)].map(({ index, groups }) => ({
    line: markdown.slice(0, index).split('\n').length,
    language: groups?.['language'] ?? '',
    code: groups?.['code'] ?? '',
    run: groups?.['run'],
  }))
}

/** Every `ts` block in the TSDoc of a source file. */
export function examplesOf(source: string): string[] {
  const comments = source.match(/\/\*\*.*?\*\//gs) ?? []
  return comments
    .map((comment) => comment.replace(/^\s*\* ?/gm, ''))
    .flatMap((text) => blocksOf(text).filter(({ language }) => language === 'ts'))
    .map(({ code }) => code)
}
