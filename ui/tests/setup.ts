// What the pages ask of a browser and the tests' page does not have.
import { vi } from 'vitest'

// The invented past is counted from now. At noon an hour ago is the same day, whenever the tests are run.
const noon = new Date()
noon.setHours(12, 0, 0, 0)
vi.useFakeTimers({ toFake: ['Date'], now: noon, shouldAdvanceTime: true })

// Nothing is laid out in a test, so a list that shows only what is visible needs to be told how large it is.
Object.defineProperties(HTMLElement.prototype, {
  offsetHeight: { configurable: true, get: () => 800 },
  offsetWidth: { configurable: true, get: () => 1000 },
  clientHeight: { configurable: true, get: () => 800 },
  clientWidth: { configurable: true, get: () => 1000 },
})
vi.stubGlobal('matchMedia', window.matchMedia ?? (() => ({ matches: false, addEventListener: () => {}, removeEventListener: () => {} })))
