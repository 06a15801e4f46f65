# shellcheck shell=bash
# Progress of a command of several steps. Sourced, not run.

samovar_started=$SECONDS
samovar_step=0
samovar_steps=0

# steps COUNT: how many steps there will be.
steps() {
  samovar_steps=$1
}

# elapsed: minutes and seconds since the start, such as 3:07.
elapsed() {
  local seconds=$((SECONDS - samovar_started))
  printf '%d:%02d' $((seconds / 60)) $((seconds % 60))
}

# step TEXT: the next step begins.
step() {
  samovar_step=$((samovar_step + 1))
  printf '\n== step %d of %d (%s): %s\n' "$samovar_step" "$samovar_steps" "$(elapsed)" "$1"
}

# explain LINE…: why it can't go on, and what to do, to standard error.
explain() {
  printf '%s\n' "" "$@" >&2
}
