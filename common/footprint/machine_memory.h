// How much memory this process may use.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace paceline {

// Bytes that can be had now without swapping: the kernel's MemAvailable, or what is left under the
// limits of this process's control groups if that is less. 0 if the system does not say.
uint64_t AvailableMemory();
// The same from the contents of /proc/meminfo and, if there are any, the tightest control group's
// limit and use.
uint64_t AvailableMemory(std::string_view meminfo, std::optional<uint64_t> limit, uint64_t used);

// "850 MB", "1.50 GB": powers of ten.
std::string BytesText(uint64_t bytes);
// "512M", "16G", "1.5GB", "800000000"; nothing if it is none of these.
std::optional<uint64_t> ParseBytes(std::string_view text);
// What is wrong with the text of a --memory flag, or nothing. Less than 1 MB is a forgotten unit.
std::string CheckMemoryFlag(const std::string& text);

}  // namespace paceline
