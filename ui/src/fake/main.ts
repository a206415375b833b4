// The entry of `npm run dev` and of the pictures: the window over invented data. Builds for people leave it out.
// The address says which world to show, for example `?world=empty&theme=light&language=ja#/library`.
import { start } from '../start'
import { fakeApi } from './api'
import { worldFrom } from './worlds'

const api = fakeApi(worldFrom(new URLSearchParams(location.search)))
await start(api)
if (api.world.running) {
  // A run that stands still half way, since nobody moves it.
  api.emit('engine_event', { event: 'progress', run_id: 'x', provider: 'anilist', phase: 'listing', done: 3200, total: 12040, seconds_left: 95 })
  api.emit('engine_event', { event: 'progress', run_id: 'x', provider: 'myanimelist', phase: 'sending', done: 12, total: 40, seconds_left: 30 })
}
