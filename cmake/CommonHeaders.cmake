# What nearly every file includes and is precompiled: common_headers.
set(common_headers
  <algorithm> <chrono> <cmath> <functional> <map> <memory> <optional> <random> <set> <span> <string> <string_view> <vector>
  <absl/status/status.h> <absl/status/statusor.h> <absl/strings/str_cat.h> <fmt/format.h>
  <google/protobuf/descriptor.pb.h> <google/protobuf/generated_enum_reflection.h> <google/protobuf/map.h>
  <google/protobuf/message.h> <google/protobuf/repeated_field.h> <paceline/v1/job_config.pb.h>)

# ccache knows a precompiled header by its content.
set(precompiled_launcher "")
if(CCACHE_PROGRAM)
  list(TRANSFORM CMAKE_CXX_COMPILER_LAUNCHER PREPEND
    "CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime;" AT -1
    OUTPUT_VARIABLE precompiled_launcher)
endif()
