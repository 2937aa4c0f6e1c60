#!/usr/bin/env bash
# Checks formatting, layers, includes against links, cited paths, switches and, unless --quick, clang-tidy; changes
# nothing.
# Usage: tests/lint.sh [--quick] [--fix]
#   --quick  all but clang-tidy (seconds)
#   --fix    reformat the files instead of complaining
# clang-tidy needs build/release (made by tests/run.sh) and passes over files that need LibTorch, are
# compiled per instruction set or stand in for CUDA.
set -euo pipefail
cd "$(dirname "$0")/.."

quick=0 fix=0
for argument in "$@"; do
  case $argument in
    --quick) quick=1 ;;
    --fix) fix=1 ;;
    -h | --help) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "lint.sh: unknown argument '$argument' (see --help)" >&2; exit 2 ;;
  esac
done

sources() { find common coordinator worker examples tests -name '*.h' -o -name '*.cc' -o -name '*.js' | sort; }

check_format() {
  if [ "$fix" = 1 ]; then
    sources | xargs clang-format -i
  else
    sources | xargs clang-format --dry-run -Werror
  fi
}

# Domain folders know neither gRPC nor LibTorch; only worker/engine/torch, torch_cuda, worker/reference, the torch
# parts of worker/network, worker/task and worker/plugin and the optimizers' reference.cc know LibTorch.
check_layers() {
  local bad
  bad=$({
    grep -rnE '#include [<"](grpcpp|grpc|.*\.grpc\.pb\.h)' common/{base,lane,metrics,noise,safetensors,lopt,network,task,footprint,tier,estimator,config,msgpack,checkpoint,text,log,trace,plot,baseline,suite,evaluation,pki} \
      coordinator/{access,aggregate,api,cli/diff,evaluate,http,lease,metrics,outer,roster,schedule,store,log,job} worker/{data,metrics,network,plugin,task,kernels,optim,reference,pathwise,engine,snapshot,eval,estimators,bench,torch_optimizer}
    grep -rnE '#include [<"](ATen|torch|c10|caffe2)/' common coordinator worker | grep -vE '^worker/((engine/torch(_cuda)?|network/torch|task/(own|torch)|plugin/api|reference|torch_optimizer)/|task/[a-z_]+/torch\.|plugin/torch_version\.cc:|optim/[a-z0-9_]+/reference\.cc:)'
    grep -rnE '#include "(coordinator|worker)/' common
    grep -rnE '#include "worker/' coordinator
    grep -rnE '#include "coordinator/' worker
  } || true)
  [ -z "$bad" ] && return
  printf 'lint.sh: these includes cross a layer:\n%s\n' "$bad" >&2
  return 1
}

check_links() {
  local links
  links=$(find build -mindepth 2 -maxdepth 2 -name links.txt -printf '%T@ %p\n' 2>/dev/null | sort -n | tail -n 1 | cut -d' ' -f2)
  [ -n "$links" ] || { echo "lint.sh: no build is configured; run: cmake --preset release" >&2; return 1; }
  tests/links.py "$links"
}

check_tidy() {
  [ -f build/release/compile_commands.json ] ||
    { echo "lint.sh: build/release is missing; run: cmake --preset release" >&2; return 1; }
  mkdir -p build/release/tidy  # without the precompiled headers, which are g++'s
  sed 's/-fpch-preprocess//; s/--param ggc-min-heapsize=[0-9]*//; s/-Winvalid-pch -include [^ ]*cmake_pch.hxx//' build/release/compile_commands.json \
    >build/release/tidy/compile_commands.json
  find common coordinator worker -name '*.cc' ! -path '*/engine/torch*/*' ! -path '*/task/torch/*' ! -path '*/task/own/*' ! -name torch_version.cc ! -path '*/task/*/torch.cc' ! -path '*/torch_optimizer/*' ! -path '*/reference/*' ! -name reference.cc ! -name '*simd.cc' ! -name '*_kernel.cc' \
    ! -name no_cuda.cc |
    sort | xargs -P 2 -n 4 clang-tidy -p build/release/tidy --quiet --extra-arg=-Wno-unknown-warning-option
}

check_format
check_layers
check_links
tests/cited_paths.py
tests/switches.py
[ "$quick" = 1 ] || check_tidy
echo "lint.sh: clean"
