#!/usr/bin/env bash
# Checks format (clang-format), code (clang-tidy, on the compile commands of build/dev) and scripts (shellcheck).
# Every finding is an error. clang-tidy runs only on files whose text, headers or settings changed since they last
# passed; its verdicts are kept in build/lint.
#
#   scripts/lint.sh             everything
#   scripts/lint.sh FILE...     clang-tidy on these files only
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/install_deps.sh --dev --peers

if [[ $# -eq 0 ]]; then
  git ls-files '*.cpp' '*.hpp' | xargs clang-format --dry-run --Werror
  git ls-files '*.sh' .ci/run | xargs shellcheck
fi

cmake --preset dev >/dev/null # always: a peer that was installed since is compiled only then
cmake --build build/dev --target interleave_commit >/dev/null
mkdir -p build/lint

# One file: the preprocessed text and the settings decide whether it must be looked at again.
tidy() {
  local file=$1 command key
  command=$(/usr/bin/python3 - "$file" <<'PY'
import json, pathlib, shlex, sys
wanted = pathlib.Path(sys.argv[1]).resolve()
for entry in json.load(open("build/dev/compile_commands.json")):
    if pathlib.Path(entry["file"]).resolve() == wanted:
        words = shlex.split(entry["command"])
        launcher = next((i for i, word in enumerate(words) if word.endswith("/ccache")), -1)
        words = words[launcher + 1:]
        print(shlex.join(words[: words.index("-o")]))
        break
PY
  )
  [[ -n $command ]] || { echo "$file: not compiled by any target"; return 1; }
  key=$( (cat .clang-tidy; cd build/dev && eval "$command -E -P -o - $(printf %q "$PWD/../../$file")") | sha256sum | cut -c1-32)
  [[ ! -f build/lint/$key ]] || return 0
  if ! clang-tidy --quiet -p build/dev "$file" 2>"build/lint/$key.stderr"; then
    grep -E 'error:' "build/lint/$key.stderr" || true
    return 1
  fi
  rm -f "build/lint/$key.stderr"
  touch "build/lint/$key"
}
export -f tidy

if [[ $# -gt 0 ]]; then files=("$@"); else mapfile -t files < <(git ls-files '*.cpp'); fi
# shellcheck disable=SC2016  # the inner shell expands it
printf '%s\0' "${files[@]}" | nice xargs -0 -n1 -P"$(nproc)" bash -c 'tidy "$1"' tidy
echo "lint: ${#files[@]} files clean"
