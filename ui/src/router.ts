// Which page stands at which address. Each page is loaded when it is first opened.
import { createRouter, createWebHashHistory, type Router } from 'vue-router'
import { useSettingsStore } from './stores/settings'

export const PAGES = ['library', 'review', 'activity', 'integrations', 'statistics', 'settings', 'help'] as const
export type PageName = (typeof PAGES)[number]

const routes = [
  { path: '/', redirect: '/library' },
  { path: '/welcome', name: 'welcome', component: () => import('./pages/WelcomePage.vue'), meta: { bare: true } },
  { path: '/library', name: 'library', component: () => import('./pages/LibraryPage.vue') },
  { path: '/review/:tab?', name: 'review', component: () => import('./pages/ReviewPage.vue') },
  { path: '/activity/:run?', name: 'activity', component: () => import('./pages/ActivityPage.vue') },
  { path: '/integrations/:provider?', name: 'integrations', component: () => import('./pages/IntegrationsPage.vue') },
  { path: '/statistics', name: 'statistics', component: () => import('./pages/StatisticsPage.vue') },
  { path: '/settings/:group?', name: 'settings', component: () => import('./pages/SettingsPage.vue') },
  { path: '/help/:page?', name: 'help', component: () => import('./pages/HelpPage.vue') },
  { path: '/:anything(.*)*', redirect: '/library' },
]

export function createAppRouter(): Router {
  // The address bar is the application's own, so the hash keeps every page one file.
  const router = createRouter({ history: createWebHashHistory(), routes })
  router.beforeEach((to) => {
    const settings = useSettingsStore()
    if (settings.app && !settings.app.welcome_done && to.path === '/library') return '/welcome'
    return true
  })
  return router
}
