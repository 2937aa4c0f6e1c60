// The places at which something may go wrong in a simulated run, by name, and how often each has.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace paceline {

class Failpoints {
 public:
  // Those that a run over many seeds has to reach; failpoints.cc tells what they are.
  static const std::vector<std::string>& Required();

  void Reach(std::string_view name);
  void Reach(std::string_view kind, std::string_view what);  // "kind what"
  void Add(const Failpoints& other);

  std::vector<std::string> Missing() const;
  // A line for each: how often, and the name.
  std::string ToText() const;

 private:
  std::map<std::string, uint64_t, std::less<>> counts_;
};

}  // namespace paceline
