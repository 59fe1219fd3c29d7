#!/usr/bin/env bash
# Installs the restic-manager agent on this machine and enrols it. Run it again to update the agent.
#
#   curl -fsSL https://SERVER/install/install.sh | sudo bash -s -- \
#     --server https://SERVER --server-key SHA256:…
#
# The token is never an argument, since other users can read those: it is typed at a prompt, or read
# from a file (--token-file F, or RM_TOKEN_FILE=F), or from standard input (--token-stdin, when this
# script is a file).
set -euo pipefail

readonly DENO_WANTED=2.9.5
readonly DENO_FLOOR=2.9
readonly RESTIC_FLOOR=0.17.1
readonly RESTIC_WANTED=0.19.1
readonly UNIT=restic-manager-agent.service

say() { printf '%s\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

usage() {
  cat <<'TEXT'
usage: install.sh --server URL --server-key SHA256:… [options]
  --token-file FILE   read the enrolment token from FILE (also RM_TOKEN_FILE)
  --token-stdin       read the enrolment token from standard input
  --cert-pin SHA256   enrol only with a server that has this certificate (twice: current and next)
  --force             enrol again although this machine is enrolled
  --no-service        install and enrol only; do not touch systemd
  --prefix DIR        put everything under DIR instead of /
TEXT
}

parse_arguments() {
  pins=()
  server='' server_key='' prefix='' force='' service=yes
  token_file=${RM_TOKEN_FILE:-} token_from=''
  while (($# > 0)); do
    case $1 in
      --server | --server-key | --token-file | --prefix | --cert-pin)
        (($# > 1)) || die "$1 needs a value"
        case $1 in
          --server) server=${2%/} ;;
          --server-key) server_key=$2 ;;
          --token-file) token_file=$2 ;;
          --prefix) prefix=${2%/} ;;
          --cert-pin) pins+=(--cert-pin "$2") ;;
        esac
        shift
        ;;
      --token-stdin) token_from=stdin ;;
      --force) force=yes ;;
      --no-service) service='' ;;
      -h | --help) usage; exit 0 ;;
      --token*) die "the token is never an argument: leave $1 out and type it at the prompt" ;;
      *) die "unknown argument: $1 (see --help)" ;;
    esac
    shift
  done
  [[ -n $server ]] || die '--server is missing: copy the whole line from the page of the host'
  [[ $server =~ ^https://[^/[:space:]]+ ||
    $server =~ ^http://(localhost|127\.[0-9.]+|\[::1\])(:[0-9]+)?(/|$) ]] ||
    die '--server must begin with https:// (http only for this machine itself)'
  [[ $server_key =~ ^SHA256:[A-Za-z0-9_-]{43}$ ]] ||
    die '--server-key must be SHA256: and 43 characters: copy the whole line again'
  [[ $prefix =~ ^[A-Za-z0-9/._-]*$ ]] || die '--prefix may have letters, digits and / . _ - only'
  program_dir=$prefix/opt/restic-manager
  config_dir=$prefix/etc/restic-manager
  state_dir=$prefix/var/lib/restic-manager
  unit_dir=$prefix/etc/systemd/system
  agent=$program_dir/restic-manager-agent
}

check_machine() {
  [[ $(uname -s) == Linux ]] || die 'this installer is for Linux'
  [[ -n $prefix || $EUID -eq 0 ]] || die 'run it as root: put sudo before bash'
  command -v curl > /dev/null || die 'curl is missing: apt-get install curl'
  command -v sha256sum > /dev/null || die 'sha256sum is missing: apt-get install coreutils'
}

# download PATH FILE: from the server, or false.
download() {
  curl -fsS --proto '=https,http' --retry 2 --connect-timeout 15 -o "$2" "$server$1" < /dev/null \
    2> "$work/curl-error"
}

# download_checked PATH CHECKSUM_PATH FILE: as download, and false when the checksum differs.
download_checked() {
  local expected actual
  download "$1" "$3" && download "$2" "$work/checksum" || return 1
  read -r expected _ < "$work/checksum"
  read -r actual _ < <(sha256sum "$3")
  [[ -n $expected && $expected == "$actual" ]] || die "the checksum of $1 is wrong: try again"
}

make_folders() {
  mkdir -p "$program_dir/bin" "$config_dir" "$state_dir"
  chmod 0755 "$program_dir" "$program_dir/bin"
  chmod 0700 "$config_dir" "$state_dir"
}

install_agent() {
  download_checked /install/agent.js /install/agent.js.sha256 "$work/agent.js" ||
    die "cannot download the agent from $server: $(one_line "$work/curl-error")"
  install -m 0644 "$work/agent.js" "$program_dir/agent.js.new"
  mv -f "$program_dir/agent.js.new" "$program_dir/agent.js"
  cat > "$agent.new" <<TEXT
#!/bin/sh
# Made by the installer: runs the agent with its own Deno.
export DENO_DIR='$state_dir/deno' DENO_NO_UPDATE_CHECK=1
export DENO_TLS_CA_STORE="\${DENO_TLS_CA_STORE:-mozilla,system}"
export RM_AGENT_CONFIG_DIR="\${RM_AGENT_CONFIG_DIR:-$config_dir}"
export RM_AGENT_STATE_DIR="\${RM_AGENT_STATE_DIR:-$state_dir}"
exec '$program_dir/bin/deno' run --allow-all --no-config --no-lock --no-prompt --no-code-cache \\
  '$program_dir/agent.js' "\$@"
TEXT
  chmod 0755 "$agent.new"
  mv -f "$agent.new" "$agent"
  # The unit runs it by this name.
  [[ -n $prefix ]] || ln -sfn "$agent" /usr/local/bin/restic-manager-agent
}

# at_least VERSION FLOOR
at_least() { [[ $(printf '%s\n' "$2" "$1" | sort -V | head -n 1) == "$2" ]]; }

# The executable behind a deno command: npm's is a script around it.
executable_of() {
  local path version
  path=$(DENO_NO_UPDATE_CHECK=1 "$1" eval 'console.log(Deno.execPath())' 2> /dev/null < /dev/null) ||
    return 1
  version=$("$path" --version 2> /dev/null < /dev/null | sed -n 's/^deno \([0-9.]*\).*/\1/p')
  [[ -n $version ]] && at_least "$version" "$DENO_FLOOR" || return 1
  printf '%s\n' "$path"
}

keep_runtime() {
  install -m 0755 "$1" "$program_dir/bin/deno.new"
  mv -f "$program_dir/bin/deno.new" "$program_dir/bin/deno"
}

install_runtime() {
  local found target
  if found=$(executable_of "$program_dir/bin/deno"); then
    say 'Deno: already there'
  elif found=$(executable_of deno); then
    keep_runtime "$found"
    say "Deno: copied from $found"
  else
    target=linux-$(uname -m)
    if download_checked "/install/runtime/$target" "/install/runtime/$target.sha256" "$work/deno" &&
      chmod 0755 "$work/deno" && found=$(executable_of "$work/deno"); then
      keep_runtime "$found"
      say 'Deno: downloaded from the server'
    elif command -v npm > /dev/null &&
      npm install --silent --no-fund --no-audit --prefix "$work/npm" "deno@$DENO_WANTED" \
        < /dev/null > /dev/null 2>&1 &&
      found=$(executable_of "$work/npm/node_modules/.bin/deno"); then
      keep_runtime "$found"
      say 'Deno: installed by npm'
    else
      die "no Deno for this machine ($target): put deno $DENO_WANTED or newer on PATH and run this again"
    fi
  fi
}

read_token() {
  if [[ $token_from == stdin ]]; then
    IFS= read -r token || [[ -n $token ]] || die 'standard input has no token'
  elif [[ -n $token_file ]]; then
    [[ -r $token_file ]] || die "cannot read the token file $token_file"
    IFS= read -r token < "$token_file" || [[ -n $token ]] || die "$token_file is empty"
  elif { : < /dev/tty; } 2> /dev/null; then
    IFS= read -rs -p 'Enrolment token: ' token < /dev/tty
    printf '\n' > /dev/tty
  else
    die 'there is no terminal to type the token at: use --token-file FILE'
  fi
  [[ $token =~ ^[[:space:]]*(rme_[A-Za-z0-9_-]+)[[:space:]]*$ ]] ||
    die 'that is no enrolment token: it begins with rme_'
  token=${BASH_REMATCH[1]}
}

enrol() {
  local arguments=(enroll --server "$server" --server-key "$server_key" --token-stdin)
  if [[ -e $config_dir/agent.yaml && -z $force ]]; then
    say "This machine is enrolled already: its enrolment is kept (--force enrols again)"
    return
  fi
  [[ -z $force ]] || arguments+=(--force)
  ((${#pins[@]} == 0)) || arguments+=("${pins[@]}")
  local token=''
  read_token
  stop_service
  # printf is part of the shell, so the token is in no process's arguments.
  printf '%s\n' "$token" | "$agent" "${arguments[@]}" ||
    die 'enrolment failed: the reason is above'
}

# True when systemd is there and may be used.
has_systemd() {
  [[ -n $service && -d $prefix/run/systemd/system ]] && command -v systemctl > /dev/null
}

# An agent that runs holds its lock, and nothing can be enrolled beside it.
stop_service() {
  has_systemd && systemctl is-active --quiet "$UNIT" || return 0
  systemctl stop "$UNIT"
  stopped=yes
}

start_service() {
  if ! has_systemd; then
    local why='systemd does not run on this machine'
    [[ -n $service ]] || why='--no-service was given'
    say "Installed, but not started: $why."
    say 'Nothing starts the agent at boot, or again when it ends: give that to what runs services here.'
    say "Run it with: $agent run"
    return
  fi
  download "/install/$UNIT" "$work/unit" ||
    die "cannot download the service's unit: $(one_line "$work/curl-error")"
  install -D -m 0644 "$work/unit" "$unit_dir/$UNIT"
  systemctl daemon-reload
  systemctl enable --quiet "$UNIT"
  systemctl restart "$UNIT"
  stopped=''
  say 'Installed and started. The page of this host turns green by itself.'
}

# Whatever happened: a service that ran before runs again.
clean_up() {
  rm -rf "$work"
  [[ -z $stopped ]] || systemctl start "$UNIT"
}

# What a restic that is missing or too old needs, by what this system's packages offer.
mention_restic() {
  local have offered
  have=$(restic version 2> /dev/null < /dev/null | sed -n 's/^restic \([0-9.]*\).*/\1/p') || have=''
  if [[ -n $have ]] && at_least "$have" "$RESTIC_FLOOR"; then return; fi
  if [[ -n $have ]]; then
    say "Note: restic $have is too old: its exit codes cannot be relied on."
  else
    say 'Note: restic is not installed yet.'
  fi
  offered=$(LC_ALL=C apt-cache policy restic 2> /dev/null < /dev/null |
    sed -n 's/^ *Candidate: \([0-9.]*\).*/\1/p') || offered=''
  if [[ -n $offered ]] && at_least "$offered" "$RESTIC_FLOOR"; then
    say "The agent needs $RESTIC_FLOOR or newer, and this system has $offered: apt-get install restic"
  else
    say "The agent needs $RESTIC_FLOOR or newer${offered:+, and this system has only $offered}."
    official_restic
  fi
  say 'The agent finds it within a minute and needs no restart.'
}

official_restic() {
  local arch=amd64
  [[ $(uname -m) == x86_64 ]] || arch=arm64
  cat <<TEXT
Debian 13 and newer have it (apt-get install restic). Elsewhere take restic's own program, as root:
  cd "\$(mktemp -d)"
  curl -fsSL --remote-name-all 'https://github.com/restic/restic/releases/download/v$RESTIC_WANTED/{SHA256SUMS,restic_${RESTIC_WANTED}_linux_$arch.bz2}'
  sha256sum --check --ignore-missing SHA256SUMS && bunzip2 restic_*.bz2 && install -m 0755 restic_* /usr/local/bin/restic
TEXT
}

one_line() { tr -s '[:cntrl:]' ' ' < "$1" | cut -c 1-300; }

main() {
  parse_arguments "$@"
  check_machine
  umask 077
  stopped=''
  work=$(mktemp -d)
  trap clean_up EXIT
  make_folders
  install_runtime
  install_agent
  enrol
  mention_restic
  start_service
}

# Everything is in functions, so that half a download does nothing.
main "$@"
