// Files and folders on a disk that forgets, stricter than any file system in use: what is in a
// folder (what was made, renamed or removed there) is durable when the *folder* is synced, and not
// before, whatever is synced of the files; until then each change may be there or not, whatever
// came before or after it.
//
// Results are 0 or a negative errno, as FUSE has them.
#pragma once

#include <sys/types.h>

#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fault/forgetful_file.h"

namespace paceline {

struct ForgetfulNode;
using ForgetfulNodePtr = std::shared_ptr<ForgetfulNode>;

class ForgetfulFolder {
 public:
  using Entries = std::map<std::string, ForgetfulNodePtr, std::less<>>;

  const Entries& entries() const { return entries_; }
  ForgetfulNodePtr Find(std::string_view name) const;
  void Add(const std::string& name, ForgetfulNodePtr node) { Change("", name, std::move(node)); }
  void Remove(const std::string& name) { Change(name, "", nullptr); }
  // In one: nobody finds both names, or neither.
  void Rename(const std::string& from, const std::string& to) { Change(from, to, Find(from)); }
  void Sync() { pending_.clear(), durable_ = entries_; }
  void LosePower(std::mt19937_64& random, double kept);

 private:
  struct Pending {
    std::string removed, added;  // empty: none
    ForgetfulNodePtr node;
  };
  static void Apply(const Pending& change, Entries& entries);
  void Change(const std::string& removed, const std::string& added, ForgetfulNodePtr node);

  Entries entries_, durable_;
  std::vector<Pending> pending_;
};

struct ForgetfulNode {
  std::string name;  // the one it was made with
  mode_t mode = 0;   // with the kind of node
  ForgetfulFile file = {};
  ForgetfulFolder folder = {};

  bool is_folder() const;
};

// Paths begin with "/". Not thread-safe.
class ForgetfulTree {
 public:
  ForgetfulTree();

  // Null if there is none.
  ForgetfulNodePtr Find(std::string_view path) const;
  // `mode` says what kind of node.
  int Make(const std::string& path, mode_t mode);
  int Remove(const std::string& path);
  int RemoveFolder(const std::string& path);
  // Within a folder; across folders EXDEV.
  int Rename(const std::string& from, const std::string& to);

  // What the disk has afterwards. A share of what was not durable is there: none, all, or any part.
  void LosePower(std::mt19937_64& random);
  // Each part with that probability.
  void LosePower(std::mt19937_64& random, double kept);

 private:
  ForgetfulNodePtr root_;
};

}  // namespace paceline
