/// <reference types="vite/client" />

declare module '@intlify/unplugin-vue-i18n/messages'
