#!/usr/bin/env bash
# Checks the engine on a machine with a GPU: builds it (no gRPC, no programs), runs the tests that need
# no data set, then gpu-check: noise, aggregation, fused windows and the fused optimizer bit for bit
# against the processor, the torch tier within a tolerance (left out where LibTorch lacks its CUDA
# libraries), and inner steps per second beside the device's peak. Prints one JSON object a line; what
# else there is to say goes to standard error.
# Usage: tests/gpu/check.sh [--dry-run] [--out FILE] [--device N] [--torch FOLDER] [--build FOLDER]
#        tests/gpu/check.sh --bundle FOLDER
#   --dry-run       everything but the launches: needs no GPU, and nvcc only if it is there
#   --out FILE      write the JSON there as well
#   --device N      the CUDA device (default: 0)
#   --torch FOLDER  LibTorch, with its include and lib (default: what deploy/setup.sh installed)
#   --build FOLDER  where to build (default: build/gpu-check)
#   --bundle FOLDER build here, without a GPU, and put what a GPU machine needs into FOLDER: copy it
#                   there and start FOLDER/run.sh, which needs LibTorch and a driver, nothing else
# Exit status: 0 all equal, 1 something differs, 2 wrong command line, 3 cannot run here.
set -euo pipefail
cd "$(dirname "$0")/../.."

dry_run=0 out='' device=0 torch='' build=build/gpu-check bundle=''
while [ $# -gt 0 ]; do
  case $1 in
    --dry-run) dry_run=1 ;;
    --out) out=${2:?--out needs a file}; shift ;;
    --device) device=${2:?--device needs a number}; shift ;;
    --torch) torch=${2:?--torch needs a folder}; shift ;;
    --build) build=${2:?--build needs a folder}; shift ;;
    --bundle) bundle=${2:?--bundle needs a folder}; dry_run=1; shift ;;
    -h | --help) sed -n '2,17s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "check.sh: unknown argument '$1' (see --help)" >&2; exit 2 ;;
  esac
  shift
done

# Everything but the C library, LibTorch and what LibTorch brings along.
write_bundle() { # folder
  local lib
  mkdir -p "$1/lib"
  cp "$build/bin/gpu-check" "$1/"
  cp "$build"/bin/libpaceline_torch_cuda.so "$1/" 2>/dev/null || say "no libpaceline_torch_cuda.so: the torch tier's checks are left out"
  for lib in $(ldd "$build/bin/gpu-check" | awk '$3 ~ "^/(usr/)?lib" {print $3}'); do
    case ${lib##*/} in
      libc.so* | libm.so* | libdl.so* | librt.so* | libpthread.so* | libutil.so* | libcudart.so* | libcupti.so*) ;;
      *) cp -L "$lib" "$1/lib/" ;;
    esac
  done
  cp tests/gpu/run_bundle.sh "$1/run.sh"
  say "copy $1 to the GPU machine and start run.sh there"
}

say() { printf 'check.sh: %s\n' "$*" >&2; }
cannot() { say "$*"; exit 3; }

# A header or tool that the build needs, and the Debian package that has it.
need() { # test, package
  eval "$1" >/dev/null 2>&1 || missing+=("$2")
}
has_header() { echo "#include <$1>" | c++ -std=c++20 -x c++ -E -; }

missing=()
for tool in c++:g++ cmake:cmake protoc:protobuf-compiler; do
  need "command -v ${tool%%:*}" "${tool##*:}"
done
need 'command -v ninja || command -v make' ninja-build
if command -v c++ >/dev/null; then
  for header in absl/status/statusor.h:libabsl-dev google/protobuf/message.h:libprotobuf-dev \
    fmt/format.h:libfmt-dev hwy/highway.h:libhwy-dev openssl/evp.h:libssl-dev zlib.h:zlib1g-dev \
    nlohmann/json.hpp:nlohmann-json3-dev gmock/gmock.h:libgmock-dev; do
    need "has_header ${header%%:*}" "${header##*:}"
  done
fi
[ ${#missing[@]} = 0 ] ||
  cannot "this machine lacks ${missing[*]}: apt-get install --no-install-recommends ${missing[*]}"

nvcc=$(command -v nvcc || command -v /usr/local/cuda/bin/nvcc || true)
if [ "$dry_run" = 0 ]; then
  [ -n "$nvcc" ] || cannot "nvcc is missing: install the CUDA toolkit, or give --dry-run"
  nvidia-smi -L >&2 || cannot "nvidia-smi finds no GPU: give --dry-run, or run this where one is"
elif [ -z "$nvcc" ]; then
  say "nvcc is missing: the kernels are not compiled"
fi

arguments=(-S . -B "$build" -DCMAKE_BUILD_TYPE=Release -DPACELINE_ENGINE_ONLY=ON)
command -v ninja >/dev/null && arguments+=(-G Ninja)
[ -n "$torch" ] && arguments+=("-DPACELINE_TORCH_PREFIX=$torch")
[ -z "$nvcc" ] || arguments+=(-DPACELINE_CUDA=ON)
say "building in $build"
configured=$(cmake "${arguments[@]}" 2>&1) || { printf '%s\n' "$configured" >&2; cannot "cmake failed"; }
cmake --build "$build" -j "$(nproc)" >&2 || cannot "the build failed"

if [ -n "$bundle" ]; then
  [ -n "$nvcc" ] || cannot "nvcc is missing: a bundle without kernels is of no use"
  write_bundle "$bundle"
  exit 0
fi

# The kernels' bodies under the block emulator, among others; some need a data set.
tests='^(noise_test|testing_block_emulator_test|optim_test|worker_cuda_test|gpu_check_emulated)$'
if [ -d /usr/share/datasets/fashion-mnist ]; then
  tests="$tests|^worker_(kernels|engine)_test\$"
else
  say "no FashionMNIST (package dataset-fashion-mnist): the tests that train on it are left out"
fi
ctest --test-dir "$build" --output-on-failure -R "$tests" >&2 || { say "a test failed"; exit 1; }

flags=(--device "$device")
[ "$dry_run" = 1 ] && flags+=(--dry-run)
if [ -n "$out" ]; then
  "$build/bin/gpu-check" "${flags[@]}" | tee "$out"
else
  "$build/bin/gpu-check" "${flags[@]}"
fi
