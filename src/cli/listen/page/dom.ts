/**
 * Finds and creates elements. Whatever came over the wire gets onto the page as text, by `textContent` or as a text node, and never as
 * HTML.
 */

/** The element with an id. Throws if the page has none of that kind. */
export function byId<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const element = document.getElementById(id)
  if (element instanceof kind) return element
  throw new Error(`The page has no ${kind.name} #${id}.`)
}

/** Makes an element with properties and children. */
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

/** A paragraph in small print. */
export function makeHint(textContent: string): HTMLParagraphElement {
  return make('p', { className: 'hint', textContent })
}

/** A section with a title. */
export function makeSection(title: string, ...children: readonly Node[]): HTMLElement {
  return make('section', {}, make('h3', { textContent: title }), ...children)
}
