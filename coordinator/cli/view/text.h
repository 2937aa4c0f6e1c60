// Words, numbers and tables for people.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "paceline/v1/job.pb.h"

namespace paceline {

// "running"
std::string_view StateWord(v1::JobState state);
// The job will not change any more.
bool HasEnded(v1::JobState state);

// "8 s", "3 min 20 s", "2 h 05 min", "4 d 3 h"
std::string DurationText(double seconds);
// "950", "18.2k", "3.40M"
std::string CountText(double count);
// Local time, "2024-05-01 13:45:10"; "-" for 0.
std::string TimeText(int64_t unix_ms);

// Columns at the width of their widest cell, two spaces apart, under the titles. Cells are text of
// one line; every row has as many as `titles`.
std::string TableText(const std::vector<std::string>& titles,
                      const std::vector<std::vector<std::string>>& rows);

// Control characters replaced by spaces: what comes from other machines must not steer the
// terminal.
std::string Printable(std::string_view text);
// Terminal columns that UTF-8 text of simple letters takes: its code points.
size_t TextWidth(std::string_view text);
// The first `columns` code points.
std::string ClipText(std::string_view text, size_t columns);

}  // namespace paceline
