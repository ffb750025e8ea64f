const notFound = () => new Response(null, { status: 404 })

export { notFound as action, notFound as loader }
