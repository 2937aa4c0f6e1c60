// Faults found so far, where each field was written, and which fields are past saying more about: a
// value that could not be read must not be called out of range as well.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/config/yaml_document.h"

namespace paceline {

// A rule that a message breaks; fields are named by their paths ("tasks[0].image_mlp.batch").
struct RuleFault {
  std::string path;
  std::string message;
  // Fields that the rule looked at.
  std::vector<std::string> looked_at;
};

// Paths of fields known to be wrong. What lies below such a field counts as well.
class BrokenFields {
 public:
  void Add(std::string path) { paths_.insert(std::move(path)); }
  void Add(const RuleFault& fault) {
    paths_.insert(fault.looked_at.begin(), fault.looked_at.end());
  }
  bool Contains(std::string_view path) const;
  bool ContainsAny(const std::vector<std::string>& paths) const;

 private:
  std::set<std::string, std::less<>> paths_;
};

class Diagnostics {
 public:
  void Report(Mark mark, std::string message) { faults_.push_back({mark, std::move(message)}); }
  void Report(std::vector<MarkedFault> faults);
  // Also marks the field at `path` as broken.
  void ReportBroken(const std::string& path, Mark mark, std::string message);
  // Unless the rule looked at a broken field. What it looked at does not become broken.
  void Report(const RuleFault& fault);

  void Place(const std::string& path, Mark mark) { marks_[path] = mark; }
  BrokenFields& broken() { return broken_; }
  // Sorted by position.
  std::vector<MarkedFault> TakeFaults();

 private:
  // Of the field, or of the nearest one around it that was written.
  Mark Where(std::string_view path) const;

  std::vector<MarkedFault> faults_;
  std::map<std::string, Mark, std::less<>> marks_;
  BrokenFields broken_;
};

}  // namespace paceline
