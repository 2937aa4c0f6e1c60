#!/usr/bin/env bash
# Sets everything up, builds, and runs the tests.
# Usage: tests/run.sh [--long] [--preset NAME] [-- ctest arguments...]
#   --long         the long tests (hours of training curves) instead of the usual ones
#   --preset NAME  release (default), debug, asan or tsan
# The release build includes the CUDA engine where nvcc is. Then, unless there are ctest arguments, it fuzzes:
# $PACELINE_FUZZ_SECONDS of each fuzzer (10, or 60 with --long).
set -euo pipefail
cd "$(dirname "$0")/.."

preset=release labels=(-LE long) fuzz_seconds=10
while [ $# -gt 0 ]; do
  case $1 in
    --long) labels=(-L long) fuzz_seconds=60 ;;
    --preset) preset=${2:?--preset needs a name}; shift ;;
    --) shift; break ;;
    -h | --help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "run.sh: unknown argument '$1' (see --help)" >&2; exit 2 ;;
  esac
  shift
done

configure=(--preset "$preset")
if [ "$preset" = release ] && [ -x "$(command -v nvcc || echo /usr/local/cuda/bin/nvcc)" ]; then
  configure+=(-DPACELINE_CUDA=ON)
fi

deploy/setup.sh --tests
cmake "${configure[@]}" | grep -e '^-- CUDA engine'
cmake --build --preset "$preset"
ctest --test-dir "build/$preset" --output-on-failure -j "$(nproc)" "${labels[@]}" "$@"
if [ "$preset" = release ] && [ $# -eq 0 ]; then
  tests/fuzz/run.sh "${PACELINE_FUZZ_SECONDS:-$fuzz_seconds}"
fi
