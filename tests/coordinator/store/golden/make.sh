#!/usr/bin/env bash
# Writes a golden store: what a coordinator of this build leaves of one job that ended, "golden", and one that was paused,
# "half", with their checkpoints. For a new store format, or something new that θ depends on; a store that is here already
# is never written again. Prints the digests for golden_store_test.cc.
# Usage: tests/coordinator/store/golden/make.sh BIN NAME CONFIG     (BIN: build/release/bin; NAME: format-2-drawn)
set -euo pipefail

bin=$(realpath "$1") name=$2 config=$(realpath "$3")
golden=$(dirname "$(realpath "$0")")
[ ! -e "$golden/$name.db" ] || { echo "$name.db is here already" >&2; exit 1; }
folder=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; wait; rm -rf "$folder"' EXIT

"$bin/paceline-coordinator" --data "$folder/data" --listen 127.0.0.1:0 --log-level warn &
coordinator=$!
until [ -e "$folder/data/address" ]; do sleep 0.1; done
PACELINE_COORDINATOR=$(cat "$folder/data/address")
export PACELINE_COORDINATOR
"$bin/paceline-worker" --threads 2 --log-level warn &
worker=$!

step_of() { "$bin/paceline" show "$1" --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["step"])'; }

"$bin/paceline" submit "$config" --set name=golden >/dev/null
"$bin/paceline" watch golden >/dev/null
"$bin/paceline" submit "$config" --set name=half --set seed=6 --set outer.steps=100000 >/dev/null
while [ "$(step_of half)" -lt 30 ]; do sleep 0.05; done
"$bin/paceline" pause half >/dev/null
for job in golden half; do
  "$bin/paceline" show "$job" --json | python3 -c 'import json, sys
job = json.load(sys.stdin)
print(*(job[key] for key in ("job", "state", "step", "inner_steps", "diverged_particles")), job["theta"]["digest"])'
done
kill -TERM $worker; wait $worker || true
kill -TERM $coordinator; wait $coordinator || true

for file in "" -anchor0 -anchor1; do cp "$folder/data/coordinator.db$file" "$golden/$name.db$file"; done
for job in golden half; do
  mkdir -p "$golden/$name.jobs/$job"
  cp -r "$folder/data/jobs/$job/checkpoints" "$golden/$name.jobs/$job/"
done
