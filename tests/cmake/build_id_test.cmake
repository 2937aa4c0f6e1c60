# Run as a script with SCRIPT (cmake/BuildId.cmake) and FOLDER (to work in): which changes change the build id.
file(MAKE_DIRECTORY ${FOLDER})
file(WRITE ${FOLDER}/a.cc "int a;\n")
file(WRITE ${FOLDER}/a.h "// a\n")
file(WRITE ${FOLDER}/sources.txt "${FOLDER}/a.cc\n${FOLDER}/a.h\n")

function(build_id result options)
  file(WRITE ${FOLDER}/commands.json "[\n{\n  \"directory\": \"/x\",\n"
    "  \"command\": \"/usr/bin/c++ ${options} -o a.o -c ${FOLDER}/a.cc\",\n  \"file\": \"${FOLDER}/a.cc\"\n}\n]\n")
  execute_process(COMMAND ${CMAKE_COMMAND} -DSOURCES_FILE=${FOLDER}/sources.txt -DCOMPILER=GNU
    -DCOMMANDS_FILE=${FOLDER}/commands.json -DROOT=${FOLDER} -DOUTPUT=${FOLDER}/id.h -P ${SCRIPT}
    COMMAND_ERROR_IS_FATAL ANY)
  file(READ ${FOLDER}/id.h id)
  set(${result} "${id}" PARENT_SCOPE)
endfunction()

set(usual "-I/x -DFMT_SHARED -O2 -ffp-contract=off -march=haswell -Wall -std=c++20")
build_id(id "${usual}")
foreach(same "-I/y -DFMT_SHARED -O2 -ffp-contract=off -march=haswell -Wextra -g -std=c++20"
             "-I/x -O2 -ffp-contract=off -march=haswell -fmacro-prefix-map=/x=. -include /x/pch.h -std=c++20")
  build_id(other "${same}")
  if(NOT other STREQUAL id)
    message(SEND_ERROR "a build id should not depend on what differs in: ${same}")
  endif()
endforeach()
foreach(different "-O3 -ffp-contract=off -march=haswell -std=c++20" "-O2 -ffp-contract=fast -march=haswell -std=c++20"
                  "-O2 -ffp-contract=off -march=native -std=c++20" "-O2 -ffp-contract=off -march=haswell -std=c++23"
                  "-O2 -ffp-contract=off -march=haswell -std=c++20 -fmad=true"
                  "-O2 -ffp-contract=off -march=haswell -std=c++20 -DPACELINE_SIMD_PACK=1")
  build_id(other "${different}")
  if(other STREQUAL id)
    message(SEND_ERROR "the build id should change with: ${different}")
  endif()
endforeach()
file(WRITE ${FOLDER}/a.h "// b\n")
build_id(other "${usual}")
if(other STREQUAL id)
  message(SEND_ERROR "the build id should change with a file that is not compiled by itself")
endif()
