// Random settings of a task, each a function of its place in a stream.
#pragma once

#include <google/protobuf/message.h>

#include <cstdint>
#include <string>
#include <vector>

#include "common/noise/streams.h"

namespace paceline {

struct Range {
  double first = 0, last = 0;
};
// "is [3, 1], which ends below its beginning; ..."; empty if it does not.
std::string RangeFault(const Range& range);
// A list of exactly two numbers: what is drawn is between them.
bool IsRange(const google::protobuf::FieldDescriptor& field);

// From uniform numbers in [0, 1) to log-uniform ones of a range of numbers > 0.
class LogRange {
 public:
  explicit LogRange(const Range& range);
  double At(double uniform) const;

 private:
  Range range_;
  double low_, high_;  // logarithms of its ends
};

// The numbers of a list of `message`, or those of its rule's default if it is empty; of a list of
// enumerations the numbers of its values.
std::vector<double> NumbersOf(const google::protobuf::Message& message, const std::string& field);
Range RangeOf(const google::protobuf::Message& message, const std::string& field);

class TaskDraws {
 public:
  explicit TaskDraws(const Stream& stream) : stream_(stream) {}

  // In [0, 1).
  double Uniform();
  // ⌊exp(U(ln first, ln last))⌋: `last` is never drawn unless it is `first`. Of numbers ≥ 1.
  uint32_t LogInt(const Range& range);
  double LogUniform(const Range& range) { return LogRange(range).At(Uniform()); }
  double Uniform(const Range& range);
  // Uniform, both included.
  uint32_t Int(const Range& range);
  bool Coin() { return Uniform() < 0.5; }
  // One of them, as likely as another.
  double OneOf(const std::vector<double>& values);

 private:
  Stream stream_;
  uint64_t next_ = 0;
};

}  // namespace paceline
