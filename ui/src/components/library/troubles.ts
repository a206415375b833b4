// Says in the corner when an edit could not be kept: what was taken back, why, and a way to try again.
import { useToast } from '@nuxt/ui/composables'
import { watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { useWords } from '@/composables/words'
import { useLibraryStore } from '@/stores/library'

export function useTroubles(): void {
  const library = useLibraryStore()
  const toast = useToast()
  const { t } = useI18n()
  const { errorText } = useWords()

  watch(() => library.trouble, (trouble) => {
    if (!trouble) return
    const { what, hint } = errorText(trouble.error)
    toast.add({
      id: 'library-trouble',
      title: trouble.title ? t('library.not_kept', { title: trouble.title }) : t('library.not_kept_many'),
      description: [what, hint].filter(Boolean).join(' '),
      color: 'error',
      icon: 'i-lucide-undo-2',
      duration: 10_000,
      actions: [{ label: t('common.try_again'), color: 'neutral', variant: 'outline', onClick: trouble.retry }],
    })
    library.trouble = null
  })
}
