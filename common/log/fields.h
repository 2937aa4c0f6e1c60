// What a line of the log is about, beside its text: the job, the outer step, the worker.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace paceline {

struct LogField {
  std::string_view key;  // a literal
  std::variant<std::string, int64_t> value;
};

// While it exists, the lines that its thread logs have these fields, beside those of the scopes
// around it; of two with one key the inner one is shown. Ends on the thread where it began.
class ScopedLogFields {
 public:
  ScopedLogFields(std::initializer_list<LogField> fields);
  ~ScopedLogFields();
  ScopedLogFields(const ScopedLogFields&) = delete;
  ScopedLogFields& operator=(const ScopedLogFields&) = delete;

 private:
  const size_t before_;
};

// Of the lines of all threads. To be called before there are any others.
void SetProgramLogFields(std::vector<LogField> fields);

// Of a line that this thread would log now: each key once, the program's first.
std::vector<LogField> CurrentLogFields();

}  // namespace paceline
