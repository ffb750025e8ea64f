/**
 * Finds and creates elements. Received data is only ever inserted as text, by `textContent` or as a text node, and never as HTML.
 */

/** Returns the element with an id. Throws if the page has no such element of that class. */
export function byId<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const element = document.getElementById(id)
  if (element instanceof kind) return element
  throw new Error(`The page has no ${kind.name} #${id}.`)
}

/** Creates an element with properties and children. */
export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Partial<HTMLElementTagNameMap[Tag]> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag)
  Object.assign(element, properties)
  element.append(...children)
  return element
}

/** Creates a paragraph in small print. */
export function makeHint(textContent: string): HTMLParagraphElement {
  return make('p', { className: 'hint', textContent })
}

/** Creates a section with a title. */
export function makeSection(title: string, ...children: readonly Node[]): HTMLElement {
  return make('section', {}, make('h3', { textContent: title }), ...children)
}
