// Without React Native, whose Babel preset reads `import`.
const getTransformOptions = async () => ({ transform: { experimentalImportSupport: true } })

module.exports = { transformer: { getTransformOptions } }
