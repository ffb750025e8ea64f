/**
 * Compares the package's public types with `api.txt`, so that they change only on purpose. `vitest run -u` updates the
 * file.
 */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')

/** Each entry of the package with its declaration file. */
function entries(): [name: string, file: string][] {
  const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  return Object.entries<{ import?: { types: string } }>(exports).flatMap(([path, { import: imported }]) =>
    imported ? [[path.replace('.', 'truedy-webhooks'), join(ROOT, imported.types)]] : [],
  )
}

const FORMAT = ts.NodeBuilderFlags.NoTruncation | ts.NodeBuilderFlags.UseAliasDefinedOutsideCurrentScope

/** The exports of an entry, sorted by kind and name, with their declarations but without comments. */
function describeEntry(program: ts.Program, name: string, file: string): string {
  const checker = program.getTypeChecker()
  const source = program.getSourceFile(file)
  const symbol = source && checker.getSymbolAtLocation(source)
  if (!symbol) throw new Error(`${file} is not a module.`)
  const lines = checker.getExportsOfModule(symbol).map((exported) => {
    const original = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported
    const declarations = original.declarations ?? []
    const texts = declarations.map((each) => describeDeclaration(checker, exported.name, original, each))
    const [kind] = texts[0]?.split(' ') ?? []
    // Overloads keep their order, because the first one that fits is used.
    return { key: `${kind} ${exported.name}`, texts }
  })
  return [`# ${name}`, ...sortBy(lines, ({ key }) => key).flatMap(({ texts }) => texts), ''].join('\n')
}

function describeDeclaration(
  checker: ts.TypeChecker,
  name: string,
  symbol: ts.Symbol,
  declaration: ts.Declaration,
): string {
  if (ts.isVariableDeclaration(declaration)) {
    const type = checker.typeToTypeNode(checker.getTypeOfSymbol(symbol), declaration, FORMAT)
    return `const ${name}: ${print(type ?? declaration, declaration)}`
  }
  // A computed type is written out. Otherwise, a lost error code would not show in a type such as "the keys of a
  // table".
  if (ts.isTypeAliasDeclaration(declaration) && !declaration.typeParameters) {
    const declared = checker.getDeclaredTypeOfSymbol(symbol)
    const type = checker.typeToTypeNode(declared, declaration, FORMAT | ts.NodeBuilderFlags.InTypeAlias)
    return `type ${name} = ${print(type ?? declaration, declaration)}`
  }
  return print(declaration, declaration).replace(/^(export )?(declare )?/, '')
}

const printer = ts.createPrinter({ removeComments: true })

/** A node on one line. The text depends neither on the file nor on the order of declarations. */
function print(node: ts.Node, declaration: ts.Declaration): string {
  const source = declaration.getSourceFile()
  const textOf = (each: ts.Node) => printer.printNode(ts.EmitHint.Unspecified, each, source)
  // `null` and `undefined` come last, as in the sources.
  const keyInUnion = (each: ts.Node) => textOf(each).replace(/^(null|undefined)$/, '~$1')
  const sortMembers = <Member extends ts.ClassElement | ts.TypeElement>(members: readonly Member[]) =>
    sortBy(members, ({ name }) => (name ? textOf(name) : ''))

  const { transformed } = ts.transform(node, [
    (context) => {
      const sorted = (parent: ts.Node): ts.Node => {
        const each = ts.visitEachChild(parent, sorted, context)
        const { factory } = context
        if (ts.isUnionTypeNode(each)) return factory.createUnionTypeNode(sortBy(each.types, keyInUnion))
        if (ts.isTypeLiteralNode(each)) return factory.createTypeLiteralNode(sortMembers(each.members))
        if (ts.isInterfaceDeclaration(each)) {
          const { modifiers, name, typeParameters, heritageClauses, members } = each
          return factory.updateInterfaceDeclaration(
            each,
            modifiers,
            name,
            typeParameters,
            heritageClauses,
            sortMembers(members),
          )
        }
        if (ts.isClassDeclaration(each)) {
          const { modifiers, name, typeParameters, heritageClauses, members } = each
          return factory.updateClassDeclaration(
            each,
            modifiers,
            name,
            typeParameters,
            heritageClauses,
            sortMembers(members),
          )
        }
        return each
      }
      return sorted
    },
  ])
  // If a file has two types with the same name, the bundler calls the second one `Name$1`.
  return textOf(transformed[0] ?? node)
    .replace(/\$\d+\b/g, '')
    .replace(/\s*\n\s*/g, ' ')
}

/** A sorted copy. Items with the same key keep their order. */
function sortBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[] {
  return items
    .map((item) => [keyOf(item), item] as const)
    .sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))
    .map(([, item]) => item)
}

it('the package has the public types in api.txt', async () => {
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
