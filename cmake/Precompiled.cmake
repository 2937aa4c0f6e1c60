# Precompiled headers of what nearly every file includes: the standard library, Abseil, fmt, Protocol Buffers; and of
# LibTorch and GoogleTest, for who links them. The preset `debug` builds without, so that what a file forgets to include
# is missed there.

# Programs' units share the header with libraries', with threads or without; ccache asks for the last option.
set(precompiled_options -fPIC -pthread -fpch-preprocess)

# ccache knows a precompiled header by its content.
set(precompiled_launcher "")
if(CCACHE_PROGRAM)
  list(TRANSFORM CMAKE_CXX_COMPILER_LAUNCHER PREPEND
    "CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime;" AT -1
    OUTPUT_VARIABLE precompiled_launcher)
endif()

set(common_headers
  <algorithm> <chrono> <cmath> <functional> <map> <memory> <optional> <random> <set> <span> <string> <string_view> <vector>
  <absl/status/status.h> <absl/status/statusor.h> <absl/strings/str_cat.h> <fmt/format.h>
  <google/protobuf/generated_enum_reflection.h> <google/protobuf/map.h> <google/protobuf/message.h>
  <google/protobuf/repeated_field.h>)

# paceline_precompiled_header(KIND headers... LINKS targets...): the common headers and these
function(paceline_precompiled_header kind)
  cmake_parse_arguments(ARG "" "" "LINKS" ${ARGN})
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/precompiled.cc CONTENT "")
  add_library(precompiled_${kind} OBJECT ${CMAKE_BINARY_DIR}/precompiled.cc)
  target_link_libraries(precompiled_${kind} PRIVATE absl::statusor absl::strings fmt::fmt protobuf::libprotobuf ${ARG_LINKS})
  target_compile_options(precompiled_${kind} PRIVATE ${precompiled_options})
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
    ${precompiled_options} -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow
    $<$<BOOL:${PACELINE_SANITIZER}>:-Wno-maybe-uninitialized>)
  target_compile_definitions(${target} PRIVATE $<TARGET_PROPERTY:fmt::fmt,INTERFACE_COMPILE_DEFINITIONS>)
  set_target_properties(${target} PROPERTIES CXX_COMPILER_LAUNCHER "${precompiled_launcher}")
  target_precompile_headers(${target} REUSE_FROM precompiled_${kind})
endfunction()
