#!/bin/sh
# Run inside a clean system by `cargo xtask bundle --check`: installs the package as a person would and opens it by a link.
set -eu
export DEBIAN_FRONTEND=noninteractive HOME=/root XDG_CURRENT_DESKTOP=GNOME XDG_RUNTIME_DIR=/run/user/0
mkdir -p "$XDG_RUNTIME_DIR" && chmod 700 "$XDG_RUNTIME_DIR"
apt-get update -qq
apt-get install -y -qq --no-install-recommends /kuroibara.deb

say() { printf '%s\n' "$*"; }
must() { "$@" || { say "failed: $*"; exit 1; }; }

entry=/usr/share/applications/Kuroibara.desktop
must desktop-file-validate "$entry"
must grep -q '^Exec=.* %u$' "$entry"
must test "$(xdg-mime query default x-scheme-handler/kuroibara)" = Kuroibara.desktop
must test -s /usr/share/metainfo/org.kuroibara.desktop.metainfo.xml
must test -s /etc/xdg/autostart/Kuroibara.desktop
must test -s /usr/share/icons/hicolor/128x128/apps/kuroibara.png
say "The link, the icon, the AppStream data and the entry for starting at login are registered."

Xvfb :77 -screen 0 1280x900x24 >/dev/null 2>&1 &
display=$!
export DISPLAY=:77
trap 'kill $display 2>/dev/null || true' EXIT
for _ in $(seq 100); do xdotool getdisplaygeometry >/dev/null 2>&1 && break; sleep 0.1; done
dbus-run-session -- sh -c '
  openbox >/dev/null 2>&1 &
  xdg-open "kuroibara://oauth/anilist?error=access_denied" &
  for _ in $(seq 300); do
    window=$(xdotool search --onlyvisible --name "^Kuroibara$" 2>/dev/null | head -n 1)
    if [ -n "$window" ]; then
      program=$(xdotool getwindowpid "$window")
      # What fails a moment after the window came ends it, and is no window opened.
      sleep 3
      [ "$(readlink "/proc/$program/exe")" = /usr/bin/kuroibara ] && grep -q ayatana-appindicator3 "/proc/$program/maps"
      outcome=$?
      # This system shares its processes with the one around it, so only the very one is ended.
      kill "$program"
      exit $outcome
    fi
    sleep 0.1
  done
  exit 1
' || { say "failed: the link opened no window that stays, or there is no tray"; exit 1; }
say "The link opened the window, and the tray is there."
