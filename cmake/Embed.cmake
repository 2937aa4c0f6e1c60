# Run as a script: writes OUTPUT, a .cc that defines the function FUNCTION of HEADER with the files of FILES, each as
# PATH=FILE, the path under which it is served and where it is. They are kept compressed; indentation and lines that are
# comments do not travel.
set(parts "")
set(rows "")
set(number 0)
foreach(entry ${FILES})
  string(REGEX MATCH "^([^=]*)=(.*)$" ignored "${entry}")
  set(path "${CMAKE_MATCH_1}")
  set(file "${CMAKE_MATCH_2}")
  execute_process(COMMAND sed -E "s/^ +//; /^\\/\\//d" ${file} OUTPUT_FILE ${OUTPUT}.part COMMAND_ERROR_IS_FATAL ANY)
  set(file ${OUTPUT}.part)
  execute_process(COMMAND gzip -9 -n -c ${file} OUTPUT_FILE ${OUTPUT}.gz COMMAND_ERROR_IS_FATAL ANY)
  file(READ ${OUTPUT}.gz bytes HEX)
  string(REGEX REPLACE "(..)" "\\\\x\\1" bytes "${bytes}")
  file(SHA256 ${file} hash)
  string(SUBSTRING ${hash} 0 16 hash)
  file(SIZE ${file} size)
  string(APPEND parts "constexpr char kFile${number}[] = \"${bytes}\";\n")
  string(APPEND rows "    {\"${path}\", \"\\\"${hash}\\\"\", ${size}, {kFile${number}, sizeof(kFile${number}) - 1}},\n")
  math(EXPR number "${number} + 1")
endforeach()
file(REMOVE ${OUTPUT}.part ${OUTPUT}.gz)
file(WRITE ${OUTPUT} "#include \"${HEADER}\"\n\nnamespace paceline {\nnamespace {\n\n${parts}
constexpr EmbeddedFile kFiles[] = {\n${rows}};\n\n}  // namespace\n
std::span<const EmbeddedFile> ${FUNCTION}() { return kFiles; }\n\n}  // namespace paceline\n")
