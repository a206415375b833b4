// The parts of the page that come when they are asked for: tests have them at hand, so that none waits for a file.
export const loadLater = () => Promise.all([
  import('@/components/library/AddDialog.vue'),
  import('@/components/library/EntryDrawer.vue'),
  import('@/components/library/LibraryTable.vue'),
  import('@/components/library/NothingHere.vue'),
  import('@/components/library/PickedBar.vue'),
  import('@/components/library/QuickEdit.vue'),
  import('@/components/library/SortMenu.vue'),
])
