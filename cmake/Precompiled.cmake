# Precompiled headers of libraries that take seconds to read. They hold other projects' headers alone, so that what a
# file of ours forgets to include is still missed; -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON builds without.

# Programs' units share the header with libraries', with threads or without; ccache asks for the last option.
set(precompiled_options -fPIC -pthread -fpch-preprocess)

# ccache knows a precompiled header by its content.
set(precompiled_launcher "")
if(CCACHE_PROGRAM)
  list(TRANSFORM CMAKE_CXX_COMPILER_LAUNCHER PREPEND
    "CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime;" AT -1
    OUTPUT_VARIABLE precompiled_launcher)
endif()

# paceline_precompiled_header(KIND headers... LINKS targets...)
function(paceline_precompiled_header kind)
  cmake_parse_arguments(ARG "" "" "LINKS" ${ARGN})
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/precompiled.cc CONTENT "")
  add_library(precompiled_${kind} OBJECT ${CMAKE_BINARY_DIR}/precompiled.cc)
  target_link_libraries(precompiled_${kind} PRIVATE ${ARG_LINKS})
  target_compile_options(precompiled_${kind} PRIVATE ${precompiled_options})
  set_target_properties(precompiled_${kind} PROPERTIES CXX_COMPILER_LAUNCHER "${precompiled_launcher}")
  target_precompile_headers(precompiled_${kind} PRIVATE ${ARG_UNPARSED_ARGUMENTS})
endfunction()

paceline_precompiled_header(torch <ATen/core/Tensor.h> <ATen/TensorOperators.h> LINKS paceline_torch)
paceline_precompiled_header(test <gmock/gmock.h> <gtest/gtest.h> LINKS GTest::gtest GTest::gmock)
if(NOT PACELINE_ENGINE_ONLY)
  paceline_precompiled_header(command_line <CLI/CLI.hpp> LINKS CLI11::CLI11)
endif()

# paceline_precompiled(TARGET links...): compiles TARGET with the precompiled header of what it links. Flags that
# would make it of no use are errors (-Winvalid-pch).
function(paceline_precompiled target)
  if(paceline_torch IN_LIST ARGN)
    set(kind torch)
  elseif(CLI11::CLI11 IN_LIST ARGN)
    set(kind command_line)
  elseif(GTest::gtest IN_LIST ARGN)
    set(kind test)
  else()
    return()
  endif()
  target_compile_options(${target} PRIVATE ${precompiled_options})
  set_target_properties(${target} PROPERTIES CXX_COMPILER_LAUNCHER "${precompiled_launcher}")
  target_precompile_headers(${target} REUSE_FROM precompiled_${kind})
endfunction()

# paceline_joins_strings(sources...): g++ 12 takes some joins of std::string for overruns once <string> comes from a
# precompiled header and so counts as no system header any more.
function(paceline_joins_strings)
  set_source_files_properties(${ARGN} PROPERTIES COMPILE_OPTIONS "-Wno-array-bounds;-Wno-restrict;-Wno-stringop-overflow")
endfunction()
