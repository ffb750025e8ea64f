/** Finds names that stand for different things in several files of `src`. */

import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import ts from 'typescript'

/**
 * Files that may share a name because they do the same job in each folder: the exports of an entry, options, the two
 * headers and errors. The last one is the file of the command `verify`.
 */
const SHARED_FILES = new Set(['index.ts', 'options.ts', 'headers.ts', 'errors.ts', 'verify.ts', 'README.md'])

/** Names that more than one file uses, with these files. */
export type Clashes = Readonly<Record<string, readonly string[]>>

/** Files with the same name in different folders. */
export function findFileClashes(folder: string): Clashes {
  return clashesOf(
    filesOf(folder)
      .filter((file) => !SHARED_FILES.has(basename(file)))
      .map((file) => [basename(file), file] as const),
  )
}

/** Exported declarations with the same name in different files. A re-export does not count. */
export function findExportClashes(folder: string): Clashes {
  return clashesOf(
    filesOf(folder)
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => exportedNames(folder, file).map((name) => [name, file] as const)),
  )
}

function filesOf(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
}

function exportedNames(folder: string, file: string): string[] {
  const text = readFileSync(join(folder, file), 'utf8')
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest)
  const names = source.statements.filter(isExported).flatMap(declaredNames)
  // Overloads of a function, and a type beside a value, are one thing.
  return [...new Set(names)]
}

function isExported(statement: ts.Statement): boolean {
  const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined
  return modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false
}

function declaredNames(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.flatMap(({ name }) =>
      ts.isIdentifier(name) ? [name.text] : [],
    )
  }
  const isNamed =
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isEnumDeclaration(statement)
  return isNamed && statement.name ? [statement.name.text] : []
}

function clashesOf(pairs: readonly (readonly [name: string, file: string])[]): Clashes {
  const files = new Map<string, string[]>()
  for (const [name, file] of pairs) files.set(name, [...(files.get(name) ?? []), file])
  return Object.fromEntries([...files].filter(([, all]) => all.length > 1))
}
