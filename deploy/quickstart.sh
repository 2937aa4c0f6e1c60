#!/usr/bin/env bash
# From a bare Debian 12 to a learned optimizer trained on FashionMNIST, and its worth measured.
# Usage: deploy/quickstart.sh [--gpu] [--set KEY=VALUE]...
#   --gpu  first: also build the CUDA engine (minutes; needs nvcc), as is done where there is a GPU
#   --set  changes the job, for example: --set outer.steps=20000
# Results go to paceline-runs/quickstart; running it again starts a fresh job there.
set -euo pipefail
cd "$(dirname "$0")/.."

gpu=()
case ${1:-} in
  -h | --help) sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 0 ;;
  --gpu) gpu=(--gpu); shift ;;
esac

started=$SECONDS
step() { printf '\n==> %s (%d min %02d s)\n' "$1" $(((SECONDS - started) / 60)) $(((SECONDS - started) % 60)); }

step "Set-up"
deploy/setup.sh "${gpu[@]}"

step "Build"
cmake --preset release ${gpu:+-DPACELINE_CUDA=ON} | sed -n 's/^-- \(CUDA engine: .*\)/\1/p'
cmake --build --preset release --target paceline-coordinator paceline-worker paceline paceline-eval

step "Meta-training: paceline local configs/quickstart.yaml --workers 2"
data=paceline-runs/quickstart
rm -rf "$data"
build/release/bin/paceline local configs/quickstart.yaml --workers 2 --threads-per-worker 1 \
  --data "$data" "$@"

step "Evaluation: paceline eval $data/quickstart.safetensors"
build/release/bin/paceline eval "$data/quickstart.safetensors" --output "$data/eval"

step "Done"
cat <<TEXT
Trained optimizer  $data/quickstart.safetensors
Checkpoints, log   $data/jobs/quickstart/  (log.jsonl; tensorboard/ for TensorBoard)
Report             $data/eval/report.html (plots, tables and curves beside it)

What to try next
  Train longer             deploy/quickstart.sh --set outer.steps=20000
  Another optimizer        build/release/bin/paceline local configs/mlp-lopt-pes.yaml
  Your own job             copy a file of configs/, then: build/release/bin/paceline check FILE
  A real cluster           README.md, "Several machines"
TEXT
