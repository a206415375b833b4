// The pages and states that get a picture. `then` brings the page into the state, as a person would.
const click = (id) => (page) => page.click(`[data-testid="${id}"]`)

export const STATES = [
  { name: 'library', path: '/library' },
  { name: 'library-empty', path: '/library', world: 'empty' },
  { name: 'review', path: '/review' },
  { name: 'review-empty', path: '/review', world: 'empty' },
  { name: 'review-one', path: '/review', world: 'one' },
  { name: 'review-guard', path: '/review', world: 'guard' },
  { name: 'review-thousands', path: '/review', world: 'thousands' },
  { name: 'review-never', path: '/review', then: click('plan-never') },
  { name: 'review-applied', path: '/review', then: click('plan-apply-all') },
  { name: 'review-offline', path: '/review', world: 'offline' },
  { name: 'review-broken', path: '/review', world: 'broken' },
  { name: 'review-slow', path: '/review', world: 'slow', settle: 400 },
  { name: 'activity', path: '/activity' },
  { name: 'activity-run', path: '/activity', then: click('run-2') },
  { name: 'activity-import', path: '/activity/0192b000-0000-7000-8000-00000000000c' },
  { name: 'activity-search', path: '/activity', then: (page) => page.fill('[data-testid="activity-search"]', 'garden') },
  { name: 'activity-trouble', path: '/activity', world: 'trouble' },
  { name: 'activity-quiet', path: '/activity', world: 'quiet' },
  { name: 'activity-empty', path: '/activity', world: 'empty' },
  { name: 'activity-offline', path: '/activity', world: 'offline' },
  { name: 'activity-broken', path: '/activity', world: 'broken' },
  { name: 'activity-slow', path: '/activity', world: 'slow', settle: 400 },
  { name: 'statistics', path: '/statistics' },
  { name: 'statistics-one', path: '/statistics', world: 'one' },
  { name: 'statistics-empty', path: '/statistics', world: 'empty' },
  { name: 'statistics-broken', path: '/statistics', world: 'broken' },
  { name: 'statistics-slow', path: '/statistics', world: 'slow', settle: 400 },
  { name: 'integrations', path: '/integrations' },
  { name: 'integrations-empty', path: '/integrations', world: 'empty' },
  { name: 'integrations-trouble', path: '/integrations', world: 'trouble' },
  { name: 'integrations-syncing', path: '/integrations', world: 'syncing' },
  { name: 'integrations-broken', path: '/integrations', world: 'broken' },
  { name: 'integrations-slow', path: '/integrations', world: 'slow', settle: 400, late: true },
  { name: 'integrations-setup', path: '/integrations', world: 'empty', then: click('connect-anilist') },
  { name: 'integrations-waiting', path: '/integrations', then: async (page) => {
    await page.click('[data-testid="menu-anilist"]')
    await page.click('[role="menuitem"]:nth-child(2)')
    await page.waitForSelector('[data-testid="waiting-anilist"]')
  } },
  { name: 'integrations-kitsu', path: '/integrations', then: async (page) => {
    await page.click('[data-testid="connect-kitsu"]')
    await page.fill('[data-testid="kitsu-username"]', 'Rose')
    await page.fill('[data-testid="kitsu-password"]', 'wrong')
    await page.click('[data-testid="kitsu-submit"]')
    await page.waitForSelector('[data-testid="error-state"]')
  } },
  { name: 'integrations-disconnect', path: '/integrations', then: async (page) => {
    await page.click('[data-testid="menu-anilist"]')
    await page.click('[role="menuitem"]:last-child >> nth=-1')
    await page.waitForSelector('[data-testid="disconnect-confirm-anilist"]')
  } },
  { name: 'settings', path: '/settings' },
  { name: 'settings-danger', path: '/settings/danger', then: click('danger-disconnect') },
  { name: 'settings-checks', path: '/settings/checks', then: click('run-doctor') },
  { name: 'settings-locked', path: '/settings/protection', world: 'locked' },
  { name: 'help', path: '/help' },
  { name: 'help-keyboard', path: '/help/keyboard' },
  { name: 'welcome', path: '/welcome', world: 'first' },
  { name: 'welcome-passphrase', path: '/welcome', world: 'locked' },
  { name: 'welcome-plan', path: '/welcome', then: async (page) => {
    await page.click('[data-testid="welcome-next"]')
    await page.waitForSelector('[data-testid="plan-rows"]')
  } },
  { name: 'welcome-done', path: '/welcome', then: async (page) => {
    await page.click('[data-testid="welcome-next"]')
    await page.click('[data-testid="plan-apply"]')
    await page.waitForSelector('[data-testid="welcome-done"]')
  } },
  { name: 'palette', path: '/library', then: click('open-palette') },
]
