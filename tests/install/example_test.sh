#!/usr/bin/env bash
# Installs everything, builds both examples against it as projects of their own in the words of their READMEs, trains with
# the learned optimizer's library, and meta-trains on the plug-in's task and images.
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

# A plug-in.
example=$scratch/installed/share/paceline/examples/own_task
cmake -S "$example" -B "$scratch/own_task" -G Ninja -DCMAKE_PREFIX_PATH="$scratch/installed" -DCMAKE_CXX_FLAGS=-O0 \
  >"$scratch/configure.log" || { cat "$scratch/configure.log"; exit 1; }
cmake --build "$scratch/own_task" >"$scratch/build.log" || { cat "$scratch/build.log"; exit 1; }
plugin=$scratch/own_task/own_task.so
digest=$("$build/bin/paceline" hash "$plugin" | awk '{ print $NF }')
test "$digest" = "$(sha256sum <"$plugin" | cut -d' ' -f1)"
sed "s/\"0\{64\}\"/\"$digest\"/" "$example/own-task.yaml" >mine.yaml
for run in one two; do
  "$build/bin/paceline" local mine.yaml --task-plugin "$plugin" --workers 1 --data "$run" --set outer.steps=4 >local.txt 2>&1 ||
    { cat local.txt; exit 1; }
done
cmp one/own-task.safetensors two/own-task.safetensors
"$build/bin/paceline" eval one/own-task.safetensors --task-plugin "$plugin" --seeds 2 --tuning-seeds 1 --trials 0 --length 4 \
  --keep-nothing -o report >eval.txt 2>&1 || { cat eval.txt; exit 1; }
if "$build/bin/paceline" local mine.yaml --task-plugin "$scratch/adam.safetensors" --data three >local.txt 2>&1; then
  echo "what is no plug-in was taken"; exit 1
fi
grep -q "it is no shared object" local.txt
