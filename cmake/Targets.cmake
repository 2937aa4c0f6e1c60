# paceline_library(NAME sources... [LINKS targets...] [PRECOMPILED kind]): one static library, named after its folder.
function(paceline_library name)
  cmake_parse_arguments(ARG "" "PRECOMPILED" "LINKS" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_compile_options(${name} PRIVATE ${PACELINE_WARNINGS})
  target_link_libraries(${name} PUBLIC ${ARG_LINKS})
  paceline_precompiled(${name} "${ARG_PRECOMPILED}" ${ARG_LINKS})
endfunction()

# What an executable has when it is built with a sanitizer.
function(paceline_sanitizer_options name)
  if(PACELINE_SANITIZER MATCHES "thread")
    target_sources(${name} PRIVATE ${CMAKE_SOURCE_DIR}/cmake/tsan_options.cc)
  endif()
endfunction()

# paceline_program(NAME sources... [LINKS targets...]): an executable in build/<preset>/bin.
function(paceline_program name)
  cmake_parse_arguments(ARG "" "" "LINKS" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  target_compile_options(${name} PRIVATE ${PACELINE_WARNINGS})
  target_link_libraries(${name} PRIVATE ${ARG_LINKS})
  paceline_precompiled(${name} "" ${ARG_LINKS})
  paceline_sanitizer_options(${name})
endfunction()

# paceline_test(NAME sources... [LINKS targets...] [LABELS labels...] [TIMEOUT seconds] [PRECOMPILED kind]): one
# GoogleTest program, run from the repository root. The label `long` keeps it out of the usual run.
function(paceline_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT;PRECOMPILED" "LINKS;LABELS" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_compile_options(${name} PRIVATE ${PACELINE_WARNINGS} $<$<CONFIG:Release>:-O1>)
  target_link_libraries(${name} PRIVATE ${ARG_LINKS} GTest::gtest GTest::gmock GTest::gtest_main)
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  if(PACELINE_SANITIZER)
    math(EXPR ARG_TIMEOUT "5 * ${ARG_TIMEOUT}")
  endif()
  paceline_precompiled(${name} "${ARG_PRECOMPILED}" ${ARG_LINKS} GTest::gtest)
  paceline_sanitizer_options(${name})
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT}
    ENVIRONMENT "PACELINE_BIN=${CMAKE_BINARY_DIR}/bin;PACELINE_DEPS=${PACELINE_DEPS}")
endfunction()

# paceline_simd_sources(LIBRARY source NAME): compiles one source file once per instruction set, each with
# PACELINE_SIMD_TARGET set to Scalar, Avx2 or Avx512 (names what the file defines), and
# PACELINE_SIMD_PACK to 1 where common/lane/pack.h is to be used. See common/lane/dispatch.h.
function(paceline_simd_sources library source)
  string(REGEX REPLACE "\\.cc$" "" stem ${source})
  string(REPLACE "/" "_" stem ${stem})
  foreach(variant Scalar Avx2 Avx512)
    set(object ${library}_${stem}_${variant})
    add_library(${object} OBJECT ${source})
    target_include_directories(${object} PRIVATE ${CMAKE_SOURCE_DIR})
    target_compile_options(${object} PRIVATE ${PACELINE_WARNINGS} -Wno-psabi -O3)
    if(variant STREQUAL "Avx2")
      target_compile_options(${object} PRIVATE -march=haswell -maes)
      target_compile_definitions(${object} PRIVATE PACELINE_SIMD_PACK=1 HWY_COMPILE_ONLY_STATIC)
    elseif(variant STREQUAL "Avx512")
      target_compile_options(${object} PRIVATE -march=skylake-avx512 -mprefer-vector-width=512)
      target_compile_definitions(${object} PRIVATE PACELINE_SIMD_PACK=1 HWY_COMPILE_ONLY_STATIC)
    else()
      target_compile_definitions(${object} PRIVATE PACELINE_SIMD_PACK=0)
    endif()
    if(PACELINE_SANITIZER AND variant STREQUAL "Scalar")
      target_compile_options(${object} PRIVATE -O1 -g1)
    elseif(PACELINE_SANITIZER)
      # The same source as the scalar form, which the sanitizers watch; over vector registers they
      # take many minutes to compile.
      target_compile_options(${object} PRIVATE -fno-sanitize=all -g0)
    endif()
    target_compile_definitions(${object} PRIVATE PACELINE_SIMD_TARGET=${variant})
    target_sources(${library} PRIVATE $<TARGET_OBJECTS:${object}>)
  endforeach()
endfunction()
