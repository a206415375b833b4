// Shows a page of the guide. It builds elements from what the text means, so no text can bring elements of its own.
import { marked, type Token, type Tokens } from 'marked'
import { defineComponent, h, type PropType, type VNodeChild } from 'vue'
import { guidePicture } from './guide'

type Follow = (address: string) => void

const HEADINGS: Record<number, string> = {
  1: 'mb-3 text-xl font-semibold text-highlighted',
  2: 'mt-8 mb-2 text-base font-semibold text-highlighted',
  3: 'mt-5 mb-1 text-sm font-semibold text-highlighted',
}

export default defineComponent({
  name: 'MarkdownText',
  props: {
    text: { type: String, required: true },
    follow: { type: Function as PropType<Follow>, required: true },
  },
  setup: (props) => () => h('article', { class: 'max-w-prose text-sm leading-6 text-toned select-text' }, blocks(marked.lexer(props.text), props.follow)),
})

function blocks(tokens: Token[], follow: Follow): VNodeChild[] {
  return tokens.map((token) => block(token, follow))
}

function block(token: Token, follow: Follow): VNodeChild {
  const inside = 'tokens' in token && token.tokens ? token.tokens : []
  switch (token.type) {
    case 'heading': return h(`h${token.depth}`, { id: sectionOf((token as Tokens.Heading).text), class: HEADINGS[token.depth] }, spans(inside, follow))
    case 'paragraph': return h('p', { class: 'my-3' }, spans(inside, follow))
    case 'text': return inside.length ? spans(inside, follow) : token.raw
    case 'list': return list(token as Tokens.List, follow)
    case 'code': return h('pre', { class: 'my-3 overflow-auto rounded-md border border-default bg-muted p-3 font-mono text-xs' }, (token as Tokens.Code).text)
    case 'table': return table(token as Tokens.Table, follow)
    default: return null
  }
}

/** The name by which links lead to the section below this heading: the same as where the guide is read on the web. */
export function sectionOf(heading: string): string {
  return heading.toLowerCase().replace(/[^\p{L}\p{N}\p{M} _-]/gu, '').replaceAll(' ', '-')
}

function list(token: Tokens.List, follow: Follow): VNodeChild {
  const look = `my-3 space-y-1.5 pl-5 ${token.ordered ? 'list-decimal' : 'list-disc'} marker:text-dimmed`
  return h(token.ordered ? 'ol' : 'ul', { class: look }, token.items.map((item) => h('li', blocks(item.tokens, follow))))
}

function table(token: Tokens.Table, follow: Follow): VNodeChild {
  const row = (cells: Tokens.TableCell[], name: 'th' | 'td') => h('tr', cells.map((cell) => h(name, { class: 'border-b border-default py-1.5 pr-6 text-left align-top' }, spans(cell.tokens, follow))))
  return h('table', { class: 'my-3 w-full' }, [h('thead', { class: 'text-highlighted' }, row(token.header, 'th')), h('tbody', token.rows.map((cells) => row(cells, 'td')))])
}

function spans(tokens: Token[], follow: Follow): VNodeChild[] {
  return tokens.map((token) => span(token, follow))
}

function span(token: Token, follow: Follow): VNodeChild {
  const inside = 'tokens' in token && token.tokens ? token.tokens : []
  switch (token.type) {
    case 'strong': return h('strong', { class: 'font-semibold text-highlighted' }, spans(inside, follow))
    case 'em': return h('em', spans(inside, follow))
    case 'codespan': return h('code', { class: 'rounded bg-elevated px-1 py-0.5 font-mono text-xs break-all' }, (token as Tokens.Codespan).text)
    case 'link': return link(token as Tokens.Link, follow)
    case 'image': return picture(token as Tokens.Image)
    case 'text': return inside.length ? spans(inside, follow) : joined((token as Tokens.Text).text)
    default: return token.raw
  }
}

/** Japanese has no spaces between words, so the end of a line of the source is none there. */
function joined(text: string): string {
  return text.replace(/(?<=[\u3000-\u9fff\uff00-\uffef])\n(?=[\u3000-\u9fff\uff00-\uffef])/g, '')
}

function link(token: Tokens.Link, follow: Follow): VNodeChild {
  const onClick = (event: Event) => {
    event.preventDefault()
    follow(token.href)
  }
  return h('a', { href: '#', class: 'quiet-link', onClick }, spans(token.tokens, follow))
}

/** A picture that the window does not have is told by its words. */
function picture({ href, text }: Tokens.Image): VNodeChild {
  const src = guidePicture(href)
  return src ? h('img', { src, alt: text, loading: 'lazy', class: 'my-4 w-full rounded-lg border border-default' }) : h('em', text)
}
