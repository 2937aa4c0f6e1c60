#include "coordinator/lease/help.h"

#include <algorithm>

namespace paceline {
namespace {

bool IsFreer(const Helper& a, const Helper& b) {
  return (a.under_way + 1) * b.threads < (b.under_way + 1) * int64_t{a.threads};
}

Helper* Freest(const HelpWanted& wanted, std::vector<Helper>& helpers) {
  Helper* best = nullptr;
  for (Helper& helper : helpers) {
    if (helper.room <= 0 || std::ranges::count(wanted.asked, helper.id) > 0) continue;
    if (wanted.of_idle && !helper.idle()) continue;
    if (!best || IsFreer(helper, *best)) best = &helper;
  }
  return best;
}

}  // namespace

std::vector<BlockMove> PlanHelp(const std::vector<HelpWanted>& wanted,
                                std::vector<Helper> helpers) {
  std::vector<BlockMove> help;
  for (const HelpWanted& want : wanted) {
    Helper* helper = Freest(want, helpers);
    if (!helper) continue;
    ++helper->under_way;
    ++helper->given;
    --helper->room;
    help.push_back({want.block, helper->id});
  }
  return help;
}

}  // namespace paceline
