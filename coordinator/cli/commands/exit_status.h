// What `paceline` tells the shell.
#pragma once

#include "absl/status/status.h"
#include "paceline/v1/job.pb.h"

namespace paceline {

enum ExitStatus {
  kExitOk = 0,
  kExitFailed = 1,       // the job failed, or two runs differ, or something else went wrong
  kExitUsage = 2,        // wrong usage, or a config with faults
  kExitUnreachable = 3,  // no answer from the coordinator
  kExitNotFound = 4,     // no such job, step or file
  kExitCancelled = 5,    // the job was cancelled
  kExitInterrupted = 130,
};

// For --help.
inline constexpr char kExitStatusHelp[] =
    "Exit status: 0 done; 1 the job failed, runs differ, or another error; 2 wrong usage or a "
    "faulty\n"
    "config; 3 the coordinator cannot be reached; 4 no such job, step or file; 5 the job was "
    "cancelled;\n"
    "130 interrupted";

ExitStatus ExitStatusOf(const absl::Status& status);
// Of a job that has ended.
ExitStatus ExitStatusOf(v1::JobState state);

}  // namespace paceline
