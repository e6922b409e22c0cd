#!/bin/sh
# The steps of a team's pipeline, from a checkout to a release: the same on each build machine.
#
#   sh steps.sh [STEP...]     in a checkout; by default all steps, in this order:
#
#   install   installs the packages of package-lock.json; scripts of dependencies run only if
#             "allowScripts" of package.json names them
#   check     runs the script `check`, if package.json has one
#   test      runs the script `test`, if package.json has one
#   build     runs the script `build`
#   publish   publishes the directory `dist` with Frontage
#
# All but the last run code of the team and of its dependencies. They get the variables that builds
# need and no others, so none that contains credentials. The last one has them, and runs none of
# that code.
#
# Variables:
#   FRONTAGE_TEAM       the team
#   FRONTAGE_SYSTEM     the system, where no frontage.toml says it
#   FRONTAGE_FOLDER     the folder of the team's npm package [default: the checkout itself]
#   FRONTAGE_PREVIEW    publish as a preview of this name
#   FRONTAGE_CANARY     publish to this percentage of clients; a first release goes to all
#   FRONTAGE_EVERY      how long they alone have it; then all clients get it [default: it stays theirs]
#   FRONTAGE_WATCH      alarms, with commas in between: one that rings meanwhile ends the canary
#   FRONTAGE_HOLD       if it is set, nothing goes to all: the canary stays theirs after that time
#   FRONTAGE_REPORTS    a folder in the checkout for JUnit files: the script writes steps.xml there, with
#                       a test case per step; the script `test` gets the folder's path in the same
#                       variable, and may write others
#   FRONTAGE            the program: a name, or an absolute path [default: @frontage/cli from the
#                       registry]
#   FRONTAGE_REGISTRY   the npm registry, with its token in NODE_AUTH_TOKEN
#   FRONTAGE_DOMAIN     the CodeArtifact domain whose registry it is, if FRONTAGE_REGISTRY is not
#                       set: the AWS CLI then gets the address and a token
#
# Without a registry, npm is used as it is configured.
set -euf

step=begin
passed=
ended() {
  code=$?
  [ "$code" -eq 0 ] || echo "the step \`$step\` failed with exit code $code" >&2
  [ -z "$reports" ] || { mkdir -p "$reports" && report "$code" >"$reports/steps.xml"; }
}

# The steps as test cases: those that have passed, and the one that has failed.
report() {
  echo '<testsuite name="steps">'
  for name in $passed; do
    echo "<testcase classname=\"steps\" name=\"$name\"/>"
  done
  if [ "$1" -ne 0 ]; then
    echo "<testcase classname=\"steps\" name=\"$step\"><failure message=\"exit code $1\"/></testcase>"
  fi
  echo '</testsuite>'
}

reports=${FRONTAGE_REPORTS:+$PWD/$FRONTAGE_REPORTS}
[ -z "$reports" ] || mkdir -p "$reports"
trap ended EXIT

here=$(cd "$(dirname "$0")" && pwd)
folder=$PWD/${FRONTAGE_FOLDER:-.}

# The names of the variables that builds get: the same as in builds by Frontage itself.
allowed() {
  awk 'BEGIN {
    split("HOME LOGNAME PATH SHELL TEMP TMP TMPDIR USER XDG_CACHE_HOME " \
      "CI CLICOLOR COLORTERM FORCE_COLOR LANG LANGUAGE NO_COLOR SOURCE_DATE_EPOCH TERM TZ " \
      "ALL_PROXY CURL_CA_BUNDLE FTP_PROXY GIT_SSL_CAINFO HTTPS_PROXY HTTP_PROXY " \
      "NIX_SSL_CERT_FILE NODE_EXTRA_CA_CERTS NO_PROXY REQUESTS_CA_BUNDLE SSL_CERT_DIR " \
      "SSL_CERT_FILE " \
      "AR CC CFLAGS CXX CXXFLAGS DEVELOPER_DIR LDFLAGS LD_LIBRARY_PATH LIBRARY_PATH " \
      "NODE_OPTIONS PKG_CONFIG_PATH RUSTC RUSTC_WRAPPER RUSTFLAGS SDKROOT", words, " ")
    for (word in words) exact[words[word]]
    for (name in ENVIRON) {
      upper = toupper(name)
      if (name !~ /^[A-Za-z_][A-Za-z0-9_]*$/) continue
      if (upper in exact) print name
      else if (upper ~ /^(LC_|CARGO_|RUSTUP_|NPM_CONFIG_|VITE_)/ &&
        upper !~ /AUTH|CREDENTIAL|PASSWORD|SECRET|TOKEN/) print name
    }
  }'
}

# Runs a command with those variables only.
confined() {
  for name in $(allowed); do
    value=
    eval "value=\$$name"
    set -- "$name=$value" "$@"
  done
  env -i npm_config_update_notifier=false "$@"
}

# Finds the registry, unless it is given, and writes npm's configuration for it. The token is in no
# file and on no command line: the configuration names the variable that contains it.
log_in() {
  if [ -z "${FRONTAGE_REGISTRY:-}" ] && [ -n "${FRONTAGE_DOMAIN:-}" ]; then
    FRONTAGE_REGISTRY=$(aws codeartifact get-repository-endpoint --domain "$FRONTAGE_DOMAIN" \
      --repository npm --format npm --query repositoryEndpoint --output text)
    NODE_AUTH_TOKEN=$(aws codeartifact get-authorization-token --domain "$FRONTAGE_DOMAIN" \
      --duration-seconds 1800 --query authorizationToken --output text)
  fi
  [ -n "${FRONTAGE_REGISTRY:-}" ] || return 0
  FRONTAGE_REGISTRY=${FRONTAGE_REGISTRY%/}/
  if grep -q FRONTAGE_NPM_TOKEN "$folder/.npmrc" 2>/dev/null; then
    echo "the .npmrc of the checkout names FRONTAGE_NPM_TOKEN, the variable of the token" >&2
    return 1
  fi
  if [ -n "${NODE_AUTH_TOKEN:-}" ]; then
    # shellcheck disable=SC2016 # npm expands the variable
    printf '//%s:_authToken=${FRONTAGE_NPM_TOKEN}\n' "${FRONTAGE_REGISTRY#*://}" >"$here/npmrc"
  else
    : >"$here/npmrc"
  fi
}

# npm with the registry, if there is one. Scripts are switched off twice, since npm runs the script
# `prepare` of linked packages in spite of `ignore_scripts`.
npm_installs() {
  set -- npm "$@" --no-audit --no-fund
  set -- npm_config_ignore_scripts=true npm_config_script_shell=true "$@"
  if [ -z "${FRONTAGE_REGISTRY:-}" ]; then
    confined "$@"
    return
  fi
  set -- "npm_config_userconfig=$here/npmrc" "npm_config_registry=$FRONTAGE_REGISTRY" "$@"
  # shellcheck disable=SC2016 # the inner shell expands it
  printf '%s\n' "${NODE_AUTH_TOKEN:-}" | confined sh -c \
    'IFS= read -r FRONTAGE_NPM_TOKEN; export FRONTAGE_NPM_TOKEN; exec env "$@" </dev/null' sh "$@"
}

# Gets the program, unless it is given or is there.
get_program() {
  if [ -n "${FRONTAGE:-}" ] || [ -e "$here/program/node_modules/.bin/frontage" ]; then
    return 0
  fi
  if [ -z "${FRONTAGE_REGISTRY:-}" ]; then
    echo "there is no registry to get @frontage/cli from: set FRONTAGE to the program" >&2
    return 1
  fi
  mkdir -p "$here/program"
  cd "$here/program"
  npm_installs install --no-save --prefix "$here/program" @frontage/cli
}

install() {
  log_in
  # Before code of the team has run, which might replace it.
  get_program
  cd "$folder"
  npm_installs ci --include=dev
  scripts=$(confined node -p 'const { allowScripts = {} } = require("./package.json");
    Object.keys(allowScripts).filter((name) => allowScripts[name]).join(" ")')
  if [ -n "$scripts" ]; then
    # shellcheck disable=SC2086 # one argument per name
    confined npm rebuild -- $scripts
  fi
  for script in preinstall install postinstall prepare; do
    confined npm run "$script" --if-present --ignore-scripts
  done
}

check() {
  cd "$folder"
  confined npm run check --if-present
}

run_tests() {
  cd "$folder"
  confined ${reports:+"FRONTAGE_REPORTS=$reports"} npm run test --if-present
}

build() {
  cd "$folder"
  confined npm run build
}

publish() {
  set --
  if [ -n "${FRONTAGE_PREVIEW:-}" ]; then
    set -- --preview "$FRONTAGE_PREVIEW"
  elif [ -n "${FRONTAGE_CANARY:-}" ]; then
    set -- --canary "$FRONTAGE_CANARY"
    [ -z "${FRONTAGE_EVERY:-}" ] || set -- "$@" --every "$FRONTAGE_EVERY"
    [ -z "${FRONTAGE_WATCH:-}" ] || set -- "$@" --watch "$FRONTAGE_WATCH"
    if [ -z "${FRONTAGE_HOLD:-}" ]; then
      set -- "$@" --else all
    elif [ -z "${FRONTAGE_EVERY:-}" ]; then
      set -- "$@" --else nothing
    else
      set -- "$@" --else nothing --hold
    fi
  fi
  # No file of the checkout is beside the program.
  cd "$here"
  if [ -z "${FRONTAGE:-}" ]; then
    log_in >&2
    get_program >&2
    cd "$here"
  fi
  "${FRONTAGE:-$here/program/node_modules/.bin/frontage}" \
    release publish "$FRONTAGE_TEAM" --dir "$folder/dist" "$@"
}

[ $# -gt 0 ] || set -- install check test build publish
for step in "$@"; do
  echo "==> $step" >&2
  case $step in
    # Standard output is for data, which only the last step has.
    install | check | build) ("$step") >&2 ;;
    test) (run_tests) >&2 ;;
    publish) (publish) ;;
    *)
      echo "there is no such step" >&2
      exit 2
      ;;
  esac
  passed="$passed $step"
done
