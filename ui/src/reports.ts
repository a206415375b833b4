// What a service's report says went wrong, told from what only stays in doubt.
import type { Problem, ProviderReport } from './contract'

/** Links of the services that contradict each other: nothing failed, and nothing is linked without the person. */
const isDoubt = ({ code }: Problem): boolean => code === 'link_contradicts'

export const failuresOf = ({ errors }: ProviderReport): Problem[] => errors.filter((error) => !isDoubt(error))
export const doubtsOf = ({ errors }: ProviderReport): Problem[] => errors.filter(isDoubt)
