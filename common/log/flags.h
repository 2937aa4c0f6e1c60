// How the programs log: --log-format and --log-level.
#pragma once

#include <string>

#include "common/command/command.h"

namespace paceline {

struct LogFlags {
  std::string format = "text";  // or "json"
  std::string level = "info";

  bool json() const { return format == "json"; }
};

void AddLogFormatFlag(Command& command, LogFlags& flags);
void AddLogFlags(Command& command, LogFlags& flags);

// Everything that the program logs goes to standard error, in its name.
void SetUpLog(const std::string& name, const LogFlags& flags);

// Why the program ends: where it logs JSON a line of that, else as all programs say it.
void LogComplaint(const std::string& program, const std::string& text);

}  // namespace paceline
