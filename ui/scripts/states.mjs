// The pages and states that get a picture. `then` brings the page into the state, as a person would.
const click = (id) => (page) => page.click(`[data-testid="${id}"]`)

export const STATES = [
  { name: 'library', path: '/library' },
  { name: 'library-table', path: '/library?view=table' },
  { name: 'library-one', path: '/library', world: 'one' },
  { name: 'library-empty', path: '/library', world: 'empty' },
  { name: 'library-none', path: '/library?q=zzzz' },
  { name: 'library-awkward', path: '/library?q=%F0%9F%8C%B9' },
  { name: 'library-broken', path: '/library', world: 'broken' },
  { name: 'library-slow', path: '/library', world: 'slow', settle: 400 },
  { name: 'library-slow-table', path: '/library?view=table', world: 'slow', settle: 400 },
  { name: 'library-drawer', path: '/library', then: async (page) => {
    await page.click('[data-testid="entry-2"]')
    await page.waitForSelector('[data-testid="comparison"]')
  } },
  { name: 'library-drawer-table', path: '/library?view=table', world: 'offline', then: async (page) => {
    await page.click('[data-testid="entry-3"] p')
    await page.waitForSelector('[data-testid="comparison"]')
    await page.locator('[data-testid="drawer-remove"]').scrollIntoViewIfNeeded()
  } },
  { name: 'library-draft', path: '/library', then: async (page) => {
    await page.click('[data-testid="entry-2"]')
    await page.fill('[data-testid="drawer-finished"]', '2026-13')
  } },
  { name: 'library-picked', path: '/library', then: async (page) => {
    await page.click('[data-testid="entry-1"]', { modifiers: ['Control'] })
    await page.click('[data-testid="entry-3"]', { modifiers: ['Shift'] })
    await page.waitForSelector('[data-testid="picked-bar"]')
  } },
  { name: 'library-remove', path: '/library', then: async (page) => {
    await page.click('[data-testid="entry-1"]', { modifiers: ['Control'] })
    await page.click('[data-testid="pick-all"]')
    await page.click('[data-testid="many-remove"]')
    await page.waitForSelector('[data-testid="ask-yes"]')
  } },
  { name: 'library-quick', path: '/library?view=table', then: async (page) => {
    await page.click('[data-testid="entry-2"] [data-testid="entry-status"]')
    await page.waitForSelector('[data-testid="quick-edit"]')
  } },
  { name: 'library-not-kept', path: '/library?view=table', world: 'stubborn', then: async (page) => {
    await page.click('[data-testid="entry-2"] [data-testid="entry-plus-one"]')
    await page.waitForSelector('[data-slot="title"]')
  } },
  { name: 'library-add', path: '/library', then: async (page) => {
    await page.click('[data-testid="library-add"]')
    await page.fill('[data-testid="add-search"]', 'fox')
    await page.waitForSelector('[data-testid="hit-add"]')
  } },
  { name: 'library-add-down', path: '/library', world: 'stubborn', then: async (page) => {
    await page.click('[data-testid="library-add"]')
    await page.fill('[data-testid="add-search"]', 'fox')
    await page.waitForSelector('[data-testid="add-error"]')
  } },
  { name: 'review', path: '/review' },
  { name: 'review-empty', path: '/review', world: 'empty' },
  { name: 'review-one', path: '/review', world: 'one' },
  { name: 'review-guard', path: '/review', world: 'guard' },
  { name: 'review-field', path: '/review', then: async (page) => {
    await page.click('[data-testid="part-chapters_read"]')
    await page.waitForSelector('[role="menuitem"]')
  } },
  { name: 'review-value', path: '/review', then: async (page) => {
    await page.click('[data-testid="part-score"]')
    await page.click('[role="menuitem"] >> nth=1')
    await page.click('[data-testid="part-chapters_read"]')
    await page.click('[role="menuitem"] >> nth=0')
    await page.waitForSelector('[data-testid="value-editor"]')
  } },
  { name: 'review-group', path: '/review', then: click('plan-group-create_local') },
  { name: 'review-thousands', path: '/review', world: 'thousands' },
  { name: 'review-never', path: '/review', then: click('plan-never') },
  { name: 'review-applied', path: '/review', then: click('plan-apply-all') },
  { name: 'review-said', path: '/review', then: (page) => page.keyboard.press('s') },
  { name: 'review-taken-back', path: '/review', then: async (page) => {
    await page.click('[data-testid="plan-apply-all"]')
    await page.waitForSelector('[data-testid="plan-result"]')
    await page.keyboard.press('u')
    await page.waitForSelector('[data-testid="undo-go"]')
  } },
  { name: 'review-offline', path: '/review', world: 'offline' },
  { name: 'review-broken', path: '/review', world: 'broken' },
  { name: 'review-slow', path: '/review', world: 'slow', settle: 400 },
  { name: 'conflicts', path: '/review/conflicts' },
  { name: 'conflicts-three', path: '/review/conflicts', then: async (page) => {
    await page.keyboard.press('End')
    await page.keyboard.press('a')
  } },
  { name: 'conflicts-notes', path: '/review/conflicts', then: (page) => page.click('[data-testid="question-4"]') },
  { name: 'conflicts-answered', path: '/review/conflicts', then: (page) => page.keyboard.press('2') },
  { name: 'conflicts-reopened', path: '/review/conflicts', then: async (page) => {
    await page.keyboard.press('2')
    await page.waitForSelector('[data-testid="take-back"]')
    await page.keyboard.press('u')
  } },
  { name: 'conflicts-thousands', path: '/review/conflicts', world: 'thousands' },
  { name: 'conflicts-empty', path: '/review/conflicts', world: 'empty' },
  { name: 'conflicts-broken', path: '/review/conflicts', world: 'broken' },
  { name: 'conflicts-slow', path: '/review/conflicts', world: 'slow', settle: 400 },
  { name: 'conflicts-not-kept', path: '/review/conflicts', world: 'stubborn', then: async (page) => {
    await page.click('[data-testid="answer-local"]')
    await page.waitForSelector('[data-testid="error-state"]')
  } },
  { name: 'removed', path: '/review/removed' },
  { name: 'removed-ask', path: '/review/removed', then: async (page) => {
    await page.keyboard.press('a')
    await page.keyboard.press('2')
    await page.waitForSelector('[data-testid="question-ask"]')
  } },
  { name: 'removed-here', path: '/review/removed', then: (page) => page.click('[data-testid="question-2"]') },
  { name: 'removed-empty', path: '/review/removed', world: 'empty' },
  { name: 'matches', path: '/review/matches' },
  { name: 'matches-native', path: '/review/matches', then: (page) => page.click('[data-testid="match-2"]') },
  { name: 'matches-against', path: '/review/matches', then: (page) => page.click('[data-testid="match-5"]') },
  { name: 'matches-ignore', path: '/review/matches', then: async (page) => {
    await page.keyboard.press('i')
    await page.waitForSelector('[data-testid="match-reason"]')
  } },
  { name: 'matches-search', path: '/review/matches', then: async (page) => {
    await page.keyboard.press('End')
    await page.keyboard.press('s')
    await page.fill('[data-testid="add-search"]', 'fox')
    await page.waitForSelector('[data-testid="hit-add"]')
  } },
  { name: 'matches-rejected', path: '/review/matches', then: async (page) => {
    await page.keyboard.press('r')
    await page.waitForSelector('[data-testid="decided"]')
  } },
  { name: 'matches-last', path: '/review/matches', world: 'one', then: async (page) => {
    for (let n = 0; n < 3; n++) await page.keyboard.press('r')
    await page.waitForSelector('[data-testid="empty-state"]')
  } },
  { name: 'decided', path: '/review/matches', then: (page) => page.keyboard.press('d') },
  { name: 'decided-reason', path: '/review/matches', then: async (page) => {
    await page.keyboard.press('d')
    await page.click('[data-testid="said-2"]')
  } },
  { name: 'decided-unlink', path: '/review/matches', then: async (page) => {
    await page.keyboard.press('d')
    await page.click('[data-testid="said-6"]')
    await page.click('[data-testid="decided-take"]')
    await page.waitForSelector('[data-testid="decided-ask"]')
  } },
  { name: 'decided-taken', path: '/review/matches', then: async (page) => {
    await page.keyboard.press('d')
    await page.click('[data-testid="decided-take"]')
    await page.waitForSelector('[data-testid="taken-back"]')
  } },
  { name: 'decided-none', path: '/review/matches', world: 'one', then: async (page) => {
    await page.keyboard.press('d')
    await page.click('[data-testid="decided-take"]')
    await page.waitForSelector('[data-testid="empty-state"]')
  } },
  { name: 'decided-thousands', path: '/review/matches', world: 'thousands', then: (page) => page.keyboard.press('d') },
  { name: 'decided-not-kept', path: '/review/matches', world: 'stubborn', then: async (page) => {
    await page.keyboard.press('d')
    await page.click('[data-testid="decided-take"]')
    await page.waitForSelector('[data-testid="error-state"]')
  } },
  { name: 'matches-one', path: '/review/matches', world: 'one' },
  { name: 'matches-thousands', path: '/review/matches', world: 'thousands' },
  { name: 'matches-empty', path: '/review/matches', world: 'empty' },
  { name: 'matches-broken', path: '/review/matches', world: 'broken' },
  { name: 'matches-slow', path: '/review/matches', world: 'slow', settle: 400 },
  { name: 'matches-not-kept', path: '/review/matches', world: 'stubborn', then: async (page) => {
    await page.click('[data-testid="match-accept"]')
    await page.waitForSelector('[data-testid="error-state"]')
  } },
  { name: 'activity', path: '/activity' },
  { name: 'activity-run', path: '/activity', then: click('run-3') },
  { name: 'activity-undo-change', path: '/activity', then: async (page) => {
    await page.click('[data-testid="run-3"]')
    await page.click('[data-testid="undo-change"] >> nth=0')
    await page.waitForSelector('[data-testid="undo-go"]:not([disabled])')
  } },
  { name: 'activity-undo-import', path: '/activity/0192b000-0000-7000-8000-00000000000c', then: async (page) => {
    await page.click('[data-testid="undo-whole"]')
    await page.waitForSelector('[data-testid="undo-go"]:not([disabled])')
  } },
  { name: 'activity-undone', path: '/activity', then: async (page) => {
    await page.focus('[data-testid="run-3"]')
    await page.keyboard.press('u')
    await page.click('[data-testid="undo-go"]')
    await page.waitForSelector('[data-testid="undo-result"]')
    await page.click('[data-testid="run-1"]')
  } },
  { name: 'activity-undo-newer', path: '/activity', then: async (page) => {
    await page.focus('[data-testid="run-3"]')
    await page.keyboard.press('u')
    await page.click('[data-testid="undo-go"]')
    await page.click('[data-testid="undo-newer-too"]')
    await page.waitForSelector('[data-testid="undo-newer"]')
  } },
  { name: 'activity-import', path: '/activity/0192b000-0000-7000-8000-00000000000c' },
  { name: 'activity-search', path: '/activity', then: (page) => page.fill('[data-testid="activity-search"]', 'bookbinder') },
  { name: 'activity-kind', path: '/activity', then: async (page) => {
    await page.click('[data-testid="activity-kind"]')
    await page.click('[role="option"]:nth-of-type(3)')
    await page.waitForSelector('[data-testid="change"]')
  } },
  { name: 'activity-trouble', path: '/activity', world: 'trouble' },
  { name: 'activity-turned-away', path: '/activity', world: 'turned_away' },
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
  { name: 'integrations-rules', path: '/integrations', then: click('own-rules-anilist') },
  { name: 'integrations-empty', path: '/integrations', world: 'empty' },
  { name: 'integrations-trouble', path: '/integrations', world: 'trouble' },
  { name: 'integrations-turned-away', path: '/integrations', world: 'turned_away', wait: '[data-testid="notice-shut_out"]' },
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
  { name: 'settings-trust', path: '/settings/trust' },
  { name: 'settings-list', path: '/settings/trust', then: async (page) => {
    await page.click('[data-testid="snapshot-open"] >> nth=0')
    await page.waitForSelector('[data-testid="snapshot-title"]')
  } },
  { name: 'settings-restore', path: '/settings/trust', then: async (page) => {
    await page.click('[data-testid="snapshot-open"] >> nth=0')
    await page.click('[data-testid="snapshot-all"]')
    await page.waitForSelector('[data-testid="snapshot-ask"]')
  } },
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
