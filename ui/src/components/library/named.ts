// A name for what a popover shows: it is a dialog to a reader of the screen, and the component's types know no name.
export function named<const Content extends object>(name: string | undefined, content: Content): Content {
  return Object.assign({}, content, { 'aria-label': name })
}
