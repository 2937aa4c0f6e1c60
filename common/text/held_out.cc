#include "common/text/held_out.h"

#include <fmt/format.h>

namespace paceline {

std::string HeldOutText(const v1::HeldOutRecord& record) {
  std::string text =
      fmt::format("held-out progress {:.3f} after {} outer steps, place {} of {}",
                  record.progress(), record.step(), record.place(), record.contestants());
  if (record.failed() == 0) return text;
  return text + fmt::format(", {} of {} trainings failed", record.failed(), record.runs());
}

}  // namespace paceline
