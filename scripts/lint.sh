#!/usr/bin/env bash
# Checks format (clang-format), code (clang-tidy, on the compile commands of build/dev) and scripts (shellcheck).
# Every finding is an error. clang-tidy runs only on files whose text, headers or settings changed since they last
# passed, in this clone or another one: the verdicts lie where the compiler cache does, beside each user's other caches.
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
verdicts=${XDG_CACHE_HOME:-$HOME/.cache}/interleave-lint
settings=$(cat .clang-tidy && clang-tidy --version)
export verdicts settings
mkdir -p "$verdicts"
find "$verdicts" -type f -mtime +30 -delete # of text that nobody has any more

# One file: the preprocessed text, its comments too (NOLINT), and the settings decide whether it must be looked at again.
tidy() {
  local file=$1 command key findings
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
  # A relative path: __FILE__ is in the text, and another clone lies elsewhere.
  key=$( (echo "$settings"; cd build/dev && eval "$command -E -P -C -o - $(printf %q "../../$file")") | sha256sum | cut -c1-32)
  if [[ -f $verdicts/$key ]]; then
    touch "$verdicts/$key"
  elif findings=$(clang-tidy --quiet -p build/dev "$file" 2>&1); then
    touch "$verdicts/$key"
  else
    echo "$findings"
    return 1
  fi
}
export -f tidy

if [[ $# -gt 0 ]]; then files=("$@"); else mapfile -t files < <(git ls-files '*.cpp'); fi
# shellcheck disable=SC2016  # the inner shell expands it
printf '%s\0' "${files[@]}" | nice xargs -0 -n1 -P"$(nproc)" bash -c 'tidy "$1"' tidy
echo "lint: ${#files[@]} files clean"
