# Precompiled headers of what nearly every file includes: the standard library, Abseil, fmt, Protocol Buffers and the
# config's messages; and of LibTorch and GoogleTest, for who links them. The preset `debug` builds without, so that what
# a file forgets to include is missed there.

# Programs' units share the header with libraries', with threads or without; ccache asks for the third option; g++
# collects garbage in what it has read unless it may take more memory, a tenth of a large unit's time.
set(precompiled_options -fPIC -pthread -fpch-preprocess "SHELL:--param ggc-min-heapsize=600000")

# What includes GoogleTest is not optimized: a sixth of its compile time. A test that computes asks for
# `common` and stays at paceline_test's -O1, which this comes behind.
set(precompiled_options_test $<$<CONFIG:Release>:-O0>)

include(CommonHeaders)

# paceline_precompiled_header(KIND headers... LINKS targets...): the common headers and these
function(paceline_precompiled_header kind)
  cmake_parse_arguments(ARG "" "" "LINKS" ${ARGN})
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/precompiled.cc CONTENT "")
  add_library(precompiled_${kind} OBJECT ${CMAKE_BINARY_DIR}/precompiled.cc)
  target_link_libraries(precompiled_${kind} PRIVATE paceline_proto absl::statusor absl::strings fmt::fmt ${ARG_LINKS})
  target_compile_options(precompiled_${kind} PRIVATE ${precompiled_options} ${precompiled_options_${kind}})
  set_target_properties(precompiled_${kind} PROPERTIES CXX_COMPILER_LAUNCHER "${precompiled_launcher}")
  target_precompile_headers(precompiled_${kind} PRIVATE ${common_headers} ${ARG_UNPARSED_ARGUMENTS})
endfunction()

paceline_precompiled_header(common)
paceline_precompiled_header(torch <ATen/core/Tensor.h> <ATen/TensorOperators.h> LINKS paceline_torch)
paceline_precompiled_header(torch_api <torch/optim/optimizer.h> <torch/serialize/archive.h> LINKS paceline_torch)
paceline_precompiled_header(test <gmock/gmock.h> <gtest/gtest.h> LINKS GTest::gtest GTest::gmock)

# paceline_precompiled(TARGET KIND links...): compiles TARGET with the precompiled header KIND or, if that is empty,
# the one of what it links. Flags that would make it of no use are errors (-Winvalid-pch).
function(paceline_precompiled target kind)
  if(kind)
  elseif(paceline_torch IN_LIST ARGN)
    set(kind torch)
  elseif(GTest::gtest IN_LIST ARGN)
    set(kind test)
  else()
    set(kind common)
  endif()
  # g++ 12 takes some joins of std::string for overruns once <string> comes from a precompiled header, and with a
  # sanitizer <regex>'s functions for unset ones.
  target_compile_options(${target} PRIVATE
    ${precompiled_options} ${precompiled_options_${kind}} -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow)
  if(PACELINE_SANITIZER)
    target_compile_options(${target} PRIVATE -Wno-maybe-uninitialized)
  endif()
  target_compile_definitions(${target} PRIVATE $<TARGET_PROPERTY:fmt::fmt,INTERFACE_COMPILE_DEFINITIONS>)
  set_target_properties(${target} PROPERTIES CXX_COMPILER_LAUNCHER "${precompiled_launcher}")
  target_precompile_headers(${target} REUSE_FROM precompiled_${kind})
endfunction()
