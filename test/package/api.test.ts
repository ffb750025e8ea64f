/** What the package promises in types, as a text that is compared: a change of it is made on purpose, or not at all. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')

/** Every entry of the package, and its declarations. */
function entries(): [name: string, file: string][] {
  const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  return Object.entries<{ import?: { types: string } }>(exports).flatMap(([path, { import: imported }]) =>
    imported ? [[path.replace('.', 'truedy-webhooks'), join(ROOT, imported.types)]] : [],
  )
}

const FORMAT = ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.UseAliasDefinedOutsideCurrentScope

/** The exports of an entry, each with its declaration, without comments. */
function describeEntry(program: ts.Program, name: string, file: string): string {
  const checker = program.getTypeChecker()
  const source = program.getSourceFile(file)
  const symbol = source && checker.getSymbolAtLocation(source)
  if (!symbol) throw new Error(`${file} is no module.`)
  const lines = checker.getExportsOfModule(symbol).map((exported) => {
    const original = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported
    return (original.declarations ?? []).map((declaration) =>
      describeDeclaration(checker, exported.name, original, declaration),
    )
  })
  return [`# ${name}`, ...lines.flat().sort(), ''].join('\n')
}

const printer = ts.createPrinter({ removeComments: true })

function describeDeclaration(
  checker: ts.TypeChecker,
  name: string,
  symbol: ts.Symbol,
  declaration: ts.Declaration,
): string {
  if (ts.isVariableDeclaration(declaration)) {
    return `const ${name}: ${checker.typeToString(checker.getTypeOfSymbol(symbol), declaration, FORMAT)}`
  }
  // What is computed is written out: a cause that goes away shows, though its type is "the keys of a table".
  if (ts.isTypeAliasDeclaration(declaration) && !declaration.typeParameters) {
    const type = checker.getDeclaredTypeOfSymbol(symbol)
    return `type ${name} = ${checker.typeToString(type, declaration, FORMAT | ts.TypeFormatFlags.InTypeAlias)}`
  }
  const text = printer.printNode(ts.EmitHint.Unspecified, declaration, declaration.getSourceFile())
  return text.replace(/^(export )?(declare )?/, '').replace(/\s*\n\s*/g, ' ')
}

it('promises what it did before', async () => {
  const files = entries()
  const program = ts.createProgram(
    files.map(([, file]) => file),
    {
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      strict: true,
      types: [],
      lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'],
    },
  )
  const text = files.map(([name, file]) => describeEntry(program, name, file)).join('\n')
  await expect(text).toMatchFileSnapshot('api.txt')
})
