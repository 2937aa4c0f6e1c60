# nvcc, where asked for or where there is a GPU: the kernels take minutes to compile. PACELINE_HAS_CUDA says whether
# the CUDA engine is built; without it the same interface answers "this build has no CUDA".
set(PACELINE_CUDA AUTO CACHE STRING "Build the CUDA engine: AUTO (where nvcc and an NVIDIA GPU are), ON or OFF")
set_property(CACHE PACELINE_CUDA PROPERTY STRINGS AUTO ON OFF)

set(PACELINE_HAS_GPU OFF)
if(EXISTS /dev/nvidia0 OR EXISTS /dev/dxg)
  set(PACELINE_HAS_GPU ON)
endif()

set(PACELINE_HAS_CUDA OFF)
set(cuda_reason "")
if(PACELINE_CUDA STREQUAL "AUTO" AND NOT PACELINE_HAS_GPU)
  set(cuda_reason " (no NVIDIA GPU here; -DPACELINE_CUDA=ON, or quickstart.sh --gpu, builds it all the same)")
elseif(NOT PACELINE_CUDA STREQUAL "OFF")
  set(CMAKE_CUDA_ARCHITECTURES OFF)  # PACELINE_CUDA_CODE instead
  if(NOT CMAKE_CUDA_COMPILER AND NOT DEFINED ENV{CUDACXX})
    find_program(PACELINE_NVCC nvcc HINTS /usr/local/cuda/bin)
    if(PACELINE_NVCC)
      set(CMAKE_CUDA_COMPILER ${PACELINE_NVCC})
    endif()
  endif()
  include(CheckLanguage)
  check_language(CUDA)
  if(CMAKE_CUDA_COMPILER)
    enable_language(CUDA)
    find_package(CUDAToolkit REQUIRED)
    set(CMAKE_CUDA_RUNTIME_LIBRARY Static)
    set(CMAKE_CUDA_EXTENSIONS OFF)
    if(NOT CMAKE_CUDA20_STANDARD_COMPILE_OPTION)  # CMake 3.25 does not know nvcc's
      set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION -std=c++20)
    endif()
    set(PACELINE_HAS_CUDA ON)
  elseif(PACELINE_CUDA STREQUAL "ON")
    message(FATAL_ERROR "PACELINE_CUDA is ON, but nvcc was not found: put it on PATH, or give "
                        "-DCMAKE_CUDA_COMPILER=<its path>")
  endif()
endif()
if(PACELINE_CUDA STREQUAL "AUTO" AND PACELINE_HAS_GPU AND NOT PACELINE_HAS_CUDA)
  set(cuda_reason " (nvcc was not found)")
endif()
message(STATUS "CUDA engine: ${PACELINE_HAS_CUDA}${cuda_reason}")

# The GPU of this machine, or PTX, which the driver of an A100 or a newer one translates at a kernel's first launch: each
# device's own code takes minutes. The preset `dist` has them all.
if(PACELINE_HAS_GPU)
  set(cuda_code -arch=native)
else()
  set(cuda_code --generate-code=arch=compute_80,code=compute_80)
endif()
set(PACELINE_CUDA_CODE ${cuda_code} CACHE STRING "What nvcc generates")

# Bits: no contraction beyond the written fma, IEEE division and square root, subnormals kept.
set(PACELINE_CUDA_OPTIONS ${PACELINE_CUDA_CODE} -fmad=false -prec-div=true -prec-sqrt=true -ftz=false
  --expt-relaxed-constexpr -diag-suppress=1675 -Xcompiler=-Wall,-Wno-unknown-pragmas,-ffp-contract=off,-fno-math-errno)

# paceline_cuda_sources(LIBRARY sources...): .cu files of a library.
function(paceline_cuda_sources library)
  set(object ${library}_cuda)
  add_library(${object} OBJECT ${ARGN})
  target_include_directories(${object} PRIVATE ${CMAKE_SOURCE_DIR})
  target_compile_options(${object} PRIVATE ${PACELINE_CUDA_OPTIONS})
  target_sources(${library} PRIVATE $<TARGET_OBJECTS:${object}>)
endfunction()
