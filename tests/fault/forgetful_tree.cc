#include "tests/fault/forgetful_tree.h"

#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <utility>

namespace paceline {
namespace {

// The folder's path and the last name.
std::pair<std::string, std::string> Split(const std::string& path) {
  const size_t slash = path.rfind('/');
  return {path.substr(0, slash), path.substr(slash + 1)};
}

void LosePowerBelow(ForgetfulNode& node, std::mt19937_64& random, double kept) {
  if (!node.is_folder()) return node.file.LosePower(random, kept);
  node.folder.LosePower(random, kept);
  for (const auto& [name, child] : node.folder.entries()) LosePowerBelow(*child, random, kept);
}

}  // namespace

ForgetfulNodePtr ForgetfulFolder::Find(std::string_view name) const {
  const auto found = entries_.find(name);
  return found == entries_.end() ? nullptr : found->second;
}

void ForgetfulFolder::Apply(const Pending& change, Entries& entries) {
  if (!change.removed.empty()) entries.erase(change.removed);
  if (!change.added.empty()) entries[change.added] = change.node;
}

void ForgetfulFolder::Change(const std::string& removed, const std::string& added,
                             ForgetfulNodePtr node) {
  pending_.push_back({.removed = removed, .added = added, .node = std::move(node)});
  Apply(pending_.back(), entries_);
}

void ForgetfulFolder::LosePower(std::mt19937_64& random, double kept) {
  std::bernoulli_distribution is_kept(kept);
  for (const Pending& change : std::exchange(pending_, {})) {
    if (is_kept(random)) Apply(change, durable_);
  }
  entries_ = durable_;
}

bool ForgetfulNode::is_folder() const { return S_ISDIR(mode); }

ForgetfulTree::ForgetfulTree()
    : root_(std::make_shared<ForgetfulNode>(ForgetfulNode{.name = "/", .mode = S_IFDIR | 0755})) {}

ForgetfulNodePtr ForgetfulTree::Find(std::string_view path) const {
  ForgetfulNodePtr node = root_;
  while (node && !path.empty()) {
    const size_t end = std::min(path.find('/'), path.size());
    if (end > 0) node = node->folder.Find(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return node;
}

int ForgetfulTree::Make(const std::string& path, mode_t mode) {
  const auto [parent, name] = Split(path);
  const ForgetfulNodePtr folder = Find(parent);
  if (!folder || !folder->is_folder()) return -ENOENT;
  if (folder->folder.Find(name)) return -EEXIST;
  folder->folder.Add(name,
                     std::make_shared<ForgetfulNode>(ForgetfulNode{.name = name, .mode = mode}));
  return 0;
}

int ForgetfulTree::Remove(const std::string& path) {
  const auto [parent, name] = Split(path);
  const ForgetfulNodePtr node = Find(path);
  if (!node) return -ENOENT;
  if (node->is_folder()) return -EISDIR;
  Find(parent)->folder.Remove(name);
  return 0;
}

int ForgetfulTree::RemoveFolder(const std::string& path) {
  const auto [parent, name] = Split(path);
  const ForgetfulNodePtr node = Find(path);
  if (!node) return -ENOENT;
  if (!node->is_folder()) return -ENOTDIR;
  if (!node->folder.entries().empty()) return -ENOTEMPTY;
  Find(parent)->folder.Remove(name);
  return 0;
}

int ForgetfulTree::Rename(const std::string& from, const std::string& to) {
  const auto [parent, name] = Split(from);
  const auto [new_parent, new_name] = Split(to);
  if (!Find(from)) return -ENOENT;
  if (parent != new_parent) return -EXDEV;
  if (name != new_name) Find(parent)->folder.Rename(name, new_name);
  return 0;
}

void ForgetfulTree::LosePower(std::mt19937_64& random) {
  const double any = std::uniform_real_distribution<double>()(random);
  const std::array<double, 4> shares = {0, 1, any, any};
  LosePower(random, shares[random() % shares.size()]);
}

void ForgetfulTree::LosePower(std::mt19937_64& random, double kept) {
  LosePowerBelow(*root_, random, kept);
}

}  // namespace paceline
