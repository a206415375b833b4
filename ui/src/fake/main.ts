// The entry of `npm run dev` and of the pictures: the window over invented data. Builds for people leave it out.
// The address says which world to show, for example `?world=empty&theme=light&language=ja#/library`.
import { start } from '../start'
import { fakeApi } from './api'
import { worldFrom } from './worlds'

void start(fakeApi(worldFrom(new URLSearchParams(location.search))))
