// The files of a SqliteStore, handled as a crash or a broken disk would.
#pragma once

#include <string>
#include <vector>

namespace paceline {

// What a store at `database` consists of while it is open: database, log, both anchors.
std::vector<std::string> StoreFilesOf(const std::string& database);
// As if the process had been killed just now: whatever is open stays so, its files are copied.
void CopyStore(const std::string& from, const std::string& to);
// Bits are counted from the first byte's lowest.
void FlipBit(const std::string& path, size_t bit);

}  // namespace paceline
