# nvcc, if this machine has one. PACELINE_HAS_CUDA says whether the CUDA engine is built; without it the
# same interface answers "this build has no CUDA".
set(PACELINE_CUDA AUTO CACHE STRING "Build the CUDA engine: AUTO (where nvcc is found), ON or OFF")
set_property(CACHE PACELINE_CUDA PROPERTY STRINGS AUTO ON OFF)

set(PACELINE_HAS_CUDA OFF)
if(NOT PACELINE_CUDA STREQUAL "OFF")
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
message(STATUS "CUDA engine: ${PACELINE_HAS_CUDA}")

# For A100 and H100; newer devices translate the PTX. One front end for all, as it is what takes time:
# nothing here needs more than compute_80.
set(PACELINE_CUDA_CODE "--generate-code=arch=compute_80,code=[sm_80,sm_90,compute_80]" CACHE STRING
  "What nvcc generates")

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
