#!/usr/bin/env bash
# Runs the gpu-check of a bundle (tests/gpu/check.sh --bundle) on this machine; prints one JSON object
# a line.
# Usage: run.sh [--torch FOLDER] [gpu-check's flags]
#   --torch FOLDER  LibTorch, with its lib (default: that of python3)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

torch=''
if [ "${1:-}" = --torch ]; then
  torch=${2:?--torch needs a folder}
  shift 2
else
  torch=$(python3 -c 'import importlib.util as u; print(u.find_spec("torch").submodule_search_locations[0])' 2>/dev/null) || true
fi
if [ ! -f "$torch/lib/libtorch_cpu.so" ]; then
  echo "run.sh: no LibTorch at '$torch': give --torch FOLDER, with lib/libtorch_cpu.so in it" >&2
  exit 3
fi
export LD_LIBRARY_PATH=$torch/lib:$here/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
exec "$here/gpu-check" "$@"
