#!/usr/bin/env bash
# Installs everything, and runs the programs from there: as nobody, where this is root.
# Usage: programs_test.sh BUILD_FOLDER LIBTORCH_FOLDER
set -euo pipefail
build=$1 libtorch=$2
programs="paceline paceline-coordinator paceline-worker paceline-eval paceline-evaluate paceline-estimators paceline-bench
  paceline-bench-coordinator"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
die() { printf '%s\n' "$*" >&2; exit 1; }

cmake --install "$build" --prefix "$scratch/installed" >"$scratch/install.log"
mkdir "$scratch/work"
chmod 755 "$scratch"
user=()
if [ "$(id -u)" = 0 ]; then
  user=(setpriv --reuid=65534 --regid=65534 --clear-groups)
  chown -R 65534:65534 "$scratch/work"
  "${user[@]}" test -r "$libtorch/lib/libtorch_cpu.so" ||
    die "other users cannot read LibTorch at $libtorch: run deploy/setup.sh and configure a fresh build folder"
fi
run() { "${user[@]}" env -i HOME="$scratch/work" PATH=/usr/bin:/bin "$@"; }

cd "$scratch/work"
for program in $programs; do
  path=$scratch/installed/bin/$program
  run "$path" --help >help.txt || die "$program --help ended with status $?"
  grep -q "$program" help.txt || die "$program --help does not name it"
  readelf -d "$path" >"$scratch/dynamic.txt"
  ! grep -E 'R(UN)?PATH' "$scratch/dynamic.txt" | grep -q "$build" || die "$program refers to the build folder"
done
for file in share/paceline/configs/quickstart.yaml share/paceline/examples/learned_optimizer/main.cc \
  share/doc/paceline/README.md share/doc/paceline/docs/estimators.md include/paceline/learned_optimizer.h include/paceline/task.h; do
  test -r "$scratch/installed/$file" || die "$file was not installed"
done

# By a link elsewhere: paceline finds the other programs all the same.
ln -s "$scratch/installed/bin/paceline" ./paceline
run ./paceline local "$scratch/installed/share/paceline/configs/quadratic.yaml" --workers 1 --data data \
  --set outer.steps=3 >log.txt 2>&1 || { cat log.txt; exit 1; }
test -s data/quadratic.safetensors
