// A ForgetfulTree as a file system that programs see, by FUSE, until its power is lost.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "common/base/descriptor.h"
#include "tests/fault/forgetful_tree.h"

struct fuse;

namespace paceline {

// From here on mounts of this thread, and of what it starts, are its own and end with it. False
// where that is not allowed.
bool TakeOwnMounts();

// Single threads serve it; the tree is not to be touched meanwhile.
class ForgetfulMount {
 public:
  struct Options {
    // The power is lost with the nth change or sync from now on; 0: never. That one is done
    // nevertheless if `with_last`. From then on every call ends with EIO.
    long lose_at = 0;
    bool with_last = false;
    // Told of the thread whose call it was, before that call returns.
    std::function<void(pid_t)> on_loss = [](pid_t) {};
    // Whether a sync of what was made with that name is taken out.
    std::function<bool(const ForgetfulNode&)> ignores_sync = [](const ForgetfulNode&) {
      return false;
    };
  };

  // `tree` outlives the mount; `folder` is there.
  ForgetfulMount(ForgetfulTree& tree, const std::string& folder, Options options);
  ForgetfulMount(ForgetfulTree& tree, const std::string& folder)
      : ForgetfulMount(tree, folder, Options()) {}
  // Whoever has a file open is cut off.
  ~ForgetfulMount();
  ForgetfulMount(const ForgetfulMount&) = delete;
  ForgetfulMount& operator=(const ForgetfulMount&) = delete;

  bool mounted() const { return thread_.joinable(); }
  bool power_lost() const { return lost_; }
  // Changes and syncs so far.
  long calls() const { return calls_; }

  // Of the file system's callbacks.
  ForgetfulTree& tree() { return tree_; }
  template <typename Body>
  int Look(Body body) {
    return lost_ ? -EIO : body();
  }
  template <typename Body>
  int Change(Body body) {
    if (lost_) return -EIO;
    if (++calls_ != options_.lose_at) return body();
    if (options_.with_last) body();
    LosePower();
    return -EIO;
  }
  bool IgnoresSync(const ForgetfulNode& node) const { return options_.ignores_sync(node); }

 private:
  void Serve();
  void LosePower();

  ForgetfulTree& tree_;
  const Options options_;
  std::atomic<long> calls_ = 0;
  std::atomic<bool> lost_ = false;
  Descriptor wake_;
  fuse* fuse_ = nullptr;
  std::thread thread_;
};

}  // namespace paceline
