// All messages of this language: one file a page, so that pages can be worked on side by side.
import activity from './activity.json'
import common from './common.json'
import frame from './frame.json'
import help from './help.json'
import integrations from './integrations.json'
import library from './library.json'
import review from './review.json'
import settings from './settings.json'
import statistics from './statistics.json'
import welcome from './welcome.json'

export default { activity, common, frame, help, integrations, library, review, settings, statistics, welcome }
