/** The bundlers, set up for production as their users do, with nothing added for this package. */

import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { nodeResolve } from '@rollup/plugin-node-resolve'
import { type Stats as RspackStats, rspack } from '@rspack/core'
import { build as esbuild, transform } from 'esbuild'
import { rollup } from 'rollup'
import { createLogger, build as vite } from 'vite'
import webpack from 'webpack'

/** The target of a bundle. A worker is an edge runtime or a Web Worker. */
export type Target = 'node' | 'browser' | 'worker'

/** The result of a bundler. */
export interface Bundle {
  /** One minified ECMAScript module. */
  readonly code: string
  /** The paths of the bundled files, and names of what the bundler added itself. */
  readonly files: readonly string[]
  /** The modules that it still imports. */
  readonly imports: readonly string[]
  readonly warnings: readonly string[]
}

/**
 * @param entry - the path of a module without exports
 * @param outDir - an empty folder
 */
export type Bundler = (entry: string, target: Target, outDir: string) => Promise<Bundle>

const WORKER_CONDITIONS = ['worker', 'browser']

export const bundlers: Readonly<Record<string, Bundler>> = {
  async esbuild(entry, target, outDir) {
    const { outputFiles, metafile, warnings } = await esbuild({
      absWorkingDir: outDir,
      entryPoints: [entry],
      bundle: true,
      minify: true,
      format: 'esm',
      platform: target === 'node' ? 'node' : 'browser',
      ...(target === 'worker' && { conditions: WORKER_CONDITIONS }),
      target: 'es2022',
      outdir: '.',
      write: false,
      metafile: true,
      logLevel: 'silent',
    })
    const code = outputFiles[0]?.text ?? ''
    return {
      code,
      files: Object.keys(metafile.inputs).map((path) => resolve(outDir, path)),
      imports: await importsOf(code),
      warnings: warnings.map(({ text }) => text),
    }
  },

  async Rollup(entry, target) {
    const warnings: string[] = []
    const built = await rollup({
      input: entry,
      plugins: [
        nodeResolve({
          browser: target !== 'node',
          ...(target === 'worker' && { exportConditions: WORKER_CONDITIONS }),
        }),
      ],
      onLog: (level, { message }) => {
        if (level === 'warn') warnings.push(message)
      },
    })
    const { output } = await built.generate({ format: 'esm' })
    await built.close()
    // Rollup does not minify by itself.
    const { code } = await transform(output[0].code, { minify: true, format: 'esm', target: 'es2022' })
    return { code, files: output[0].moduleIds, imports: await importsOf(code), warnings }
  },

  async webpack(entry, target, outDir) {
    const options = { ...packOptions(entry, target, outDir), experiments: { outputModule: true } }
    const stats = await new Promise<webpack.Stats | undefined>((resolve, reject) => {
      webpack(options, (error, found) => (error ? reject(error) : resolve(found)))
    })
    return readPack(stats, outDir)
  },

  async Rspack(entry, target, outDir) {
    const stats = await new Promise<RspackStats | undefined>((resolve, reject) => {
      rspack(packOptions(entry, target, outDir), (error, found) => (error ? reject(error) : resolve(found)))
    })
    return readPack(stats, outDir)
  },

  async Vite(entry, target, outDir) {
    const warnings: string[] = []
    const warn = (message: string) => void warnings.push(message)
    const result = await vite({
      root: outDir,
      configFile: false,
      logLevel: 'silent',
      customLogger: { ...createLogger('silent'), warn, warnOnce: warn, error: warn },
      build: {
        write: false,
        minify: true,
        target: 'es2022',
        ssr: target !== 'browser',
        rollupOptions: { input: entry },
      },
      ...(target !== 'browser' && {
        ssr: { noExternal: true, target: target === 'worker' ? 'webworker' : 'node' },
      }),
    })
    const outputs = [result].flat().flatMap((each) => ('output' in each ? each.output : []))
    const [chunk, ...others] = outputs.filter((output) => output.type === 'chunk')
    if (!chunk || others.length > 0) throw new Error(`There are ${others.length} chunks beside the first.`)
    return {
      code: chunk.code,
      files: chunk.moduleIds,
      imports: await importsOf(chunk.code),
      warnings,
    }
  },
}

/** The options that webpack and Rspack share. */
function packOptions(entry: string, target: Target, outDir: string) {
  const platform = ({ node: 'node20', browser: 'web', worker: 'webworker' } as const)[target]
  return {
    mode: 'production' as const,
    context: outDir,
    entry,
    target: [platform, 'es2022' as const],
    output: { path: outDir, filename: 'bundle.mjs', module: true },
  }
}

/** The part of the stats of webpack and Rspack that is used. Their types differ from each other. */
interface PackStats {
  readonly compilation: {
    readonly fileDependencies: Iterable<string>
    readonly modules: { forEach(visit: (module: { identifier(): string }) => void): void }
  }
  toJson(options: { all: false; errors: true; warnings: true }): {
    readonly errors?: readonly { readonly message: string }[]
    readonly warnings?: readonly { readonly message: string }[]
  }
}

async function readPack(stats: PackStats | undefined, outDir: string): Promise<Bundle> {
  if (!stats) throw new Error('There are no stats.')
  const { errors = [], warnings = [] } = stats.toJson({ all: false, errors: true, warnings: true })
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'))
  // Only the bundler's own modules. Several real modules that were concatenated count as one there.
  const files = [...stats.compilation.fileDependencies].filter((path) => /\.[cm]?js$/.test(path))
  stats.compilation.modules.forEach((module) => {
    if (module.identifier().startsWith('ignored|')) files.push(module.identifier())
  })
  const code = await readFile(join(outDir, 'bundle.mjs'), 'utf8')
  return { code, files, imports: await importsOf(code), warnings: warnings.map(({ message }) => message) }
}

/** The modules that a module imports or requires. */
async function importsOf(code: string): Promise<string[]> {
  const { metafile } = await esbuild({
    stdin: { contents: code },
    bundle: true,
    external: ['*'],
    format: 'esm',
    outdir: '.',
    write: false,
    metafile: true,
  })
  return Object.values(metafile.inputs).flatMap(({ imports }) => imports.map(({ path }) => path))
}
