#!/usr/bin/env bash
# Compares this working tree with another commit: builds the servers of that commit in a worktree of its own with the
# flags of build/release, runs `interleave regress` on both builds, and counts instructions. The worktree and its build
# are removed at the end, however it ends; ccache keeps what was compiled.
#
#   scripts/regress.sh BASE [OPTION...]     options are those of `interleave regress`, as --models libuv_loop --smoke
#
# Exit: that of `interleave regress` (0 ok or inconclusive, 3 regression, 4 invalid, 5 inconclusive with --strict), 2 usage,
# 1 the base cannot be built.
set -euo pipefail
cd "$(dirname "$0")/.."

case "${1:-}" in
  -h | --help) sed -n '2,10p' "$0" | sed 's/^# \{0,1\}//'; exit 0 ;;
  "" | -*) echo "error: say what to compare with: make regress BASE=<git ref>, as BASE=HEAD~1" >&2; exit 2 ;;
esac
ref=$1
shift
commit=$(git rev-parse --verify --quiet "$ref^{commit}") || {
  echo "error: '$ref' is no commit here (in a shallow clone: git fetch --unshallow)" >&2
  exit 2
}
head=build/release
[[ -f $head/CMakeCache.txt ]] || { echo "error: $head is not built: run make build" >&2; exit 2; }

mkdir -p build
work=$(mktemp -d "$PWD/build/regress.XXXXXX")
trap 'git worktree remove --force "$work/base" 2>/dev/null; rm -rf "$work"' EXIT

# What decides on the machine code must be the same on both sides.
flags=()
for name in CMAKE_BUILD_TYPE CMAKE_C_COMPILER CMAKE_CXX_COMPILER CMAKE_C_FLAGS CMAKE_CXX_FLAGS CMAKE_C_FLAGS_RELEASE \
  CMAKE_CXX_FLAGS_RELEASE CMAKE_EXE_LINKER_FLAGS INTERLEAVE_SANITIZER; do
  value=$(sed -n "s/^$name:[^=]*=//p" "$head/CMakeCache.txt")
  flags+=("-D$name=$value")
done

echo "building the base, $ref (${commit:0:12})" >&2
git worktree add --detach --quiet "$work/base" "$commit"
mapfile -t targets < <(sed -n 's/^add_server_model(\([a-z_]*\).*/interleave-server-\1/p' "$work/base/servers/CMakeLists.txt")
! grep -qs interleave-kernels "$work/base/microbench/CMakeLists.txt" || targets+=(interleave-kernels)
{
  cmake -S "$work/base" -B "$work/base/build/release" -G Ninja "${flags[@]}" &&
    cmake --build "$work/base/build/release" --target interleave-backend "${targets[@]}"
} >"$work/build.log" 2>&1 || {
  tail -n 20 "$work/build.log" >&2
  echo "error: the base $ref does not build (above)" >&2
  exit 1
}

code=0
"$head/bin/interleave" regress --base "$work/base/build/release" --base-name "$ref (${commit:0:12})" --head "$head" "$@" ||
  code=$?
[[ $code -eq 0 || $code -ge 3 && $code -le 5 ]] || exit "$code"

# Parsing, session, RESP and histogram by instructions: exact where time is not.
base_kernels=$work/base/build/release/bin/interleave-kernels
if cmp -s "$base_kernels" "$head/bin/interleave-kernels"; then # they name no commit: the same program is the same file
  echo "instructions: the kernels are the same program on both sides: not counted"
elif ! command -v valgrind >/dev/null; then
  echo "note: instructions are not compared: valgrind is not installed (scripts/install_deps.sh --dev)" >&2
elif [[ -x $base_kernels ]]; then
  printf '\ninstructions, user code (callgrind)\n'
  counted=0
  scripts/instruction_counts.py "$head/bin" --base "$work/base/build/release/bin" || counted=$?
  [[ $counted -eq 0 ]] || code=$counted
fi
exit "$code"
