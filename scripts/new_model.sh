#!/usr/bin/env bash
# Starts a model of your own: copies servers/skeleton under a new name, registers it with CMake and with the process
# tests, and says what to do next. What it makes builds and passes every test; then change how it waits.
#
#   scripts/new_model.sh NAME      e.g. my_model: letters a-z, digits, underscores; at most 32
#
# Exit: 0 made, 2 NAME cannot be used (nothing was changed), 1 the tree is not as this script expects it.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() { sed -n '2,7p' "$0" | sed 's/^# \{0,1\}//'; }
refuse() { echo "error: $1" >&2; exit 2; }

case "${1:-}" in
  -h | --help) usage; exit 0 ;;
esac
[[ $# -eq 1 ]] || refuse "say the name of the model, e.g. scripts/new_model.sh my_model"
name=$1
[[ $name =~ ^[a-z][a-z0-9_]{0,31}$ && $name != *__* && $name != *_ ]] ||
  refuse "'$name' is no name for a model: use a-z, 0-9 and single underscores, begin with a letter, at most 32"
[[ ! -e servers/$name ]] || refuse "servers/$name is there already: choose another name"
class=$(sed -E 's/(^|_)([a-z0-9])/\U\2/g' <<<"$name")
! grep -rqwE "(class|struct) $class" core servers --include='*.hpp' ||
  refuse "'$name' would be class $class, which the suite has already: choose another name"

# Where every model has a line.
registers=(servers/CMakeLists.txt servers/README.md tests/conformance/model_test.py tests/conformance/trace_test.py)

# Everything is prepared before the first file of the tree changes.
new=$(mktemp -d "servers/.$name.XXXXXX")
trap 'rm -rf "$new"' EXIT

# copy_line FILE: the line of the skeleton in FILE, once more for the new model.
copy_line() {
  sed -E "/^( *\"|add_server_model\(|\| \`)skeleton[\"\`)]/{p;s/skeleton/$name/}" "$1" >"$new/line"
  cmp -s "$1" "$new/line" && { echo "error: $1 has no line for the skeleton to copy" >&2; exit 1; }
  mv "$new/line" "$new/$(basename "$1")"
}

mkdir "$new/model"
sed -e "1,/^\/\/ You provide/{/^\/\/ You provide/!d}" \
  -e "s/Skeleton/$class/g" \
  -e "s/\"The model to copy: [^\"]*\"/\"$name: say here in one line how it waits\"/" \
  -e 's/, "example"//' servers/skeleton/skeleton.cpp >"$new/model/$name.cpp"
sed -i "1i // $name: say here how it waits, and what that costs. It began as a copy of servers/skeleton.\n//" \
  "$new/model/$name.cpp"
for file in "${registers[@]}"; do copy_line "$file"; done
sed -i "/^| \`$name\`/s/ [^|]* |\$/ say here how it waits |/" "$new/README.md"

chmod --reference=servers/skeleton "$new/model"
mv "$new/model" "servers/$name"
for file in "${registers[@]}"; do
  cp "$new/$(basename "$file")" "$file"
done

cat <<END
made servers/$name/$name.cpp, and a line each in servers/CMakeLists.txt, servers/README.md and, for what must hold
exactly of it (requests in flight, threads), in model_test.py and trace_test.py of tests/conformance

  cmake --preset release && ninja -C build/release interleave-server-$name interleave-backend
  ctest --preset release -R 'conformance\.$name\.'
  build/release/bin/interleave run --plan smoke --models $name,libuv_loop

It serves one connection at a time, like the skeleton. Now change how it waits: start at run() and serve().
END
