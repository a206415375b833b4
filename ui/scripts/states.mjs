// The pages and states that get a picture. `then` brings the page into the state, as a person would.
const click = (id) => (page) => page.click(`[data-testid="${id}"]`)

export const STATES = [
  { name: 'library', path: '/library' },
  { name: 'library-empty', path: '/library', world: 'empty' },
  { name: 'review', path: '/review' },
  { name: 'activity', path: '/activity' },
  { name: 'statistics', path: '/statistics' },
  { name: 'integrations', path: '/integrations' },
  { name: 'integrations-empty', path: '/integrations', world: 'empty' },
  { name: 'integrations-trouble', path: '/integrations', world: 'trouble' },
  { name: 'settings', path: '/settings' },
  { name: 'help', path: '/help' },
  { name: 'welcome', path: '/welcome', world: 'first' },
  { name: 'palette', path: '/library', then: click('open-palette') },
]
