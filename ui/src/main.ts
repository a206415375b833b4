// The real entry: the window with the application behind it.
import { tauriApi } from './api'
import { start } from './start'

void start(tauriApi())
