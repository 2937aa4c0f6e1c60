// What all workers that answer for a job or an evaluation have in common: engine, build and data.
#pragma once

#include <map>
#include <string>

#include "paceline/v1/worker.pb.h"

namespace paceline {

// Of each data set that the job's tasks use, by its name.
using DataDigests = std::map<std::string, std::string>;

struct PinnedFingerprint {
  std::string engine;  // JobFingerprint (common/tier); empty: nothing is pinned yet
  DataDigests data;    // empty before the first worker has told, and of jobs without data

  // "<engine>; data fashion_mnist 0123abcd": what people see and the store keeps. ParsePinned
  // is its inverse.
  std::string ToText() const;
  bool operator==(const PinnedFingerprint&) const = default;
};

PinnedFingerprint ParsePinned(const std::string& text);

DataDigests DigestsOf(const google::protobuf::RepeatedPtrField<v1::DataSetDigest>& sets);
// Which data sets a worker has otherwise than the job, and what to do; empty if they are alike.
// noun: "job", "evaluation".
std::string DataDifference(const DataDigests& job, const DataDigests& worker,
                           const std::string& noun = "job");

}  // namespace paceline
