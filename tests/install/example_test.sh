#!/usr/bin/env bash
# Installs the learned optimizer's library, builds the example against it as a project of its own in the
# words of README.md, and trains with it.
# Usage: example_test.sh BUILD_FOLDER
set -euo pipefail
build=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

cmake --install "$build" --prefix "$scratch/installed" >"$scratch/install.log"
cmake -S "$scratch/installed/share/paceline/examples/learned_optimizer" -B "$scratch/example" -G Ninja \
  -DCMAKE_PREFIX_PATH="$scratch/installed" -DCMAKE_CXX_FLAGS=-O0 >"$scratch/configure.log" ||
  { cat "$scratch/configure.log"; exit 1; }
cmake --build "$scratch/example" >"$scratch/build.log" || { cat "$scratch/build.log"; exit 1; }

# An imported optimizer: θ of Adam with learning rate 0.01, as learned_optimization writes it.
"$build/bin/paceline" import tests/worker/torch_optimizer/data/learnable_adam.theta.state \
  --optimizer '{learnable_adam: {}}' --out "$scratch/adam.safetensors"
cd "$scratch"
example/train_with_learned_optimizer adam.safetensors 200 | tee losses.txt
awk '/^step/ { if (!first) first = $4; last = $4 } END { exit !(last < 0.7 * first) }' losses.txt ||
  { echo "the loss did not fall"; exit 1; }
test -s student.pt && test -s optimizer.pt
echo garbage >bad.safetensors
if example/train_with_learned_optimizer bad.safetensors 2>error.txt; then
  echo "a damaged checkpoint was taken"; exit 1
fi
grep -q "not a valid safetensors file" error.txt
