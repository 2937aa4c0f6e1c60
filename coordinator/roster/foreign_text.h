// Texts that workers send, as they may be stored and shown.
#pragma once

#include <string>
#include <string_view>

#include "google/protobuf/message.h"

namespace paceline {

inline constexpr size_t kMaxForeignBytes = 1024;

// Printable (common/text), and no longer than kMaxForeignBytes but for a note of how long it was.
std::string ForeignText(std::string_view text);

// The same of every string field of the message and of those in it; bytes and numbers stay as they
// are.
void CleanTexts(google::protobuf::Message& message);

}  // namespace paceline
