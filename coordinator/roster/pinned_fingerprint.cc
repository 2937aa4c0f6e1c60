#include "coordinator/roster/pinned_fingerprint.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace paceline {
namespace {

constexpr char kMark[] = "; data ";
// Enough to tell two apart.
constexpr size_t kShownDigits = 16;

std::string Shown(const DataDigests& digests, const std::string& name) {
  const auto found = digests.find(name);
  return found == digests.end() ? "none" : found->second.substr(0, kShownDigits);
}

}  // namespace

std::string PinnedFingerprint::ToText() const {
  std::string text = engine;
  for (const auto& [name, digest] : data) absl::StrAppend(&text, kMark, name, " ", digest);
  return text;
}

PinnedFingerprint ParsePinned(const std::string& text) {
  const std::vector<std::string> parts = absl::StrSplit(text, kMark);
  PinnedFingerprint fingerprint{.engine = parts[0], .data = {}};
  for (size_t i = 1; i < parts.size(); ++i) {
    // A name may have spaces, "folder own/birds".
    const size_t middle = parts[i].rfind(' ');
    if (middle == std::string::npos) continue;
    fingerprint.data[parts[i].substr(0, middle)] = parts[i].substr(middle + 1);
  }
  return fingerprint;
}

DataDigests DigestsOf(const google::protobuf::RepeatedPtrField<v1::DataSetDigest>& sets) {
  DataDigests digests;
  for (const v1::DataSetDigest& set : sets) digests[set.name()] = set.digest();
  return digests;
}

std::string DataDifference(const DataDigests& job, const DataDigests& worker,
                           const std::string& noun) {
  DataDigests all = job;
  all.insert(worker.begin(), worker.end());
  std::vector<std::string> differences;
  for (const auto& [name, digest] : all) {
    const std::string here = Shown(worker, name), there = Shown(job, name);
    if (here == there) continue;
    differences.push_back(absl::StrCat("its ", name, " has the digest ", here, ", the ", noun,
                                       "'s ", name, " ", there));
  }
  if (differences.empty()) return "";
  return absl::StrCat(absl::StrJoin(differences, "; "),
                      ": give the worker a folder (--data-dir) with the files that the ", noun,
                      " was begun with, or submit the ", noun, " anew for these");
}

}  // namespace paceline
