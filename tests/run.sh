#!/usr/bin/env bash
# Sets everything up, builds, and runs the tests.
# Usage: tests/run.sh [--long] [--preset NAME] [-- ctest arguments...]
#   --long         the long tests (hours of training curves) instead of the usual ones
#   --preset NAME  release (default), debug, asan or tsan
# Then, unless there are other arguments, the fuzzers: $PACELINE_FUZZ_SECONDS (60) each.
set -euo pipefail
cd "$(dirname "$0")/.."

preset=release
labels=(-LE long)
while [ $# -gt 0 ]; do
  case $1 in
    --long) labels=(-L long) ;;
    --preset) preset=${2:?--preset needs a name}; shift ;;
    --) shift; break ;;
    -h | --help) sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "run.sh: unknown argument '$1' (see --help)" >&2; exit 2 ;;
  esac
  shift
done

deploy/setup.sh
cmake --preset "$preset" >/dev/null
cmake --build --preset "$preset"
ctest --test-dir "build/$preset" --output-on-failure "${labels[@]}" "$@"
if [ "$preset" = release ] && [ "${labels[0]}" = -LE ] && [ $# -eq 0 ]; then
  tests/fuzz/run.sh "${PACELINE_FUZZ_SECONDS:-60}"
fi
