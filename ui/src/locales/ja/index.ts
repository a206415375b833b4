// All messages of this language: one file a page, so that pages can be worked on side by side.
import type { ErrorCode } from '@/api'
import activity from './activity.json'
import common from './common.json'
import errors from './errors.json'
import frame from './frame.json'
import help from './help.json'
import integrations from './integrations.json'
import library from './library.json'
import review from './review.json'
import settings from './settings.json'
import statistics from './statistics.json'
import welcome from './welcome.json'

// The application itself says in English what went wrong; every other language has a text for each of its words.
const problems: Record<ErrorCode, { what: string; hint?: string }> = errors

export default { activity, common, errors: problems, frame, help, integrations, library, review, settings, statistics, welcome }
