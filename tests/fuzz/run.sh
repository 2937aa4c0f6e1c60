#!/usr/bin/env bash
# Fuzzes the readers of files from elsewhere with clang's libFuzzer, as many fuzzers at a time as
# there are processors.
# Usage: tests/fuzz/run.sh [SECONDS]     of each fuzzer; default 60
# Inputs that break something are left in build/fuzz/crashes; put them into tests/fuzz/corpus.
set -euo pipefail
cd "$(dirname "$0")/../.."

seconds=${1:-60}
case $seconds in
  -h | --help) sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 0 ;;
  '' | *[!0-9]*) echo "run.sh: SECONDS is '$seconds', not a whole number (see --help)" >&2; exit 2 ;;
esac

if ! command -v clang++-14 >/dev/null || ! ls /usr/lib/llvm-14/lib/clang/*/lib/linux/libclang_rt.fuzzer-* >/dev/null 2>&1; then
  echo "*** NOT FUZZED: clang-14 with its compiler-rt is not there; run deploy/setup.sh ***" >&2
  exit 0
fi

cmake --preset fuzz >/dev/null
cmake --build --preset fuzz

fuzz() { # target, folder of its corpus, more inputs
  local target=$1 corpus=build/fuzz/corpus/$2 log=build/fuzz/$1.log
  mkdir -p "$corpus" build/fuzz/crashes
  if ! build/fuzz/bin/"fuzz_$target" "$corpus" "tests/fuzz/corpus/$2" ${3:-} -max_total_time="$seconds" -max_len=16384 \
    -timeout=20 -rss_limit_mb=2048 -artifact_prefix=build/fuzz/crashes/"$2-" -print_final_stats=1 >"$log" 2>&1; then
    tail -n 60 "$log" >&2
    echo "fuzz_$target: FOUND SOMETHING; see $log" >&2
    return 1
  fi
  echo "fuzz_$target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs in $seconds s, nothing found"
}
export -f fuzz
export seconds

printf '%s\n' "Safetensors safetensors" "ThetaState theta_state tests/common/checkpoint/data" \
  "Pylo pylo" "Config config configs" "Suite suite configs/suites" "Evaluation evaluation" "Csv csv" "BytePairs byte_pairs" \
  "Idx idx" "Npy npy" "TensorArray safetensors" "Cifar cifar" "Digits digits" "Traceparent traceparent" "Spans spans" "ClientHello client_hello" "Http http" |
  xargs -P "$(nproc)" -I{} bash -c 'fuzz {}'
