// What changes, told to browsers as it happens: server-sent events.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "common/http/http_stream.h"
#include "coordinator/access/caller.h"
#include "coordinator/api/watch_hub.h"
#include "coordinator/http/overview.h"
#include "nlohmann/json_fwd.hpp"

namespace paceline {

inline constexpr size_t kMostReaders = 64;
inline constexpr size_t kMostReadersOfOneHost = 32;

// Thread-safe. One thread asks the coordinator twice a second while anybody listens, and writes to
// all; a reader that does not keep up is cut off.
class News {
 public:
  // Whether what a reader has shown is still good.
  using StillGood = std::function<bool(const Caller&)>;
  // All that it is given outlives it.
  News(Overview& overview, WatchHub& hub, std::string version, StillGood still_good);
  ~News();
  News(const News&) = delete;
  News& operator=(const News&) = delete;

  // ResourceExhausted if too many listen, all in all or of that host. `caller`: nothing, where
  // reading is open.
  absl::StatusOr<std::shared_ptr<HttpStream>> Listen(const std::string& host,
                                                     std::optional<Caller> caller);

 private:
  struct Reader {
    std::string host;
    std::optional<Caller> caller;
    std::shared_ptr<HttpStream> stream;
    bool greeted = false;  // whatever changes from now on, it is told
  };
  // What was told of each kind of thing, by its name.
  using Told = std::map<std::string, std::string>;

  void Run(const std::stop_token& stop);
  // Waits until there is somebody to tell something. False: there is to be no more.
  bool WaitForReaders(const std::stop_token& stop);
  std::string Changes();
  std::string JobChanges();
  std::string EvaluationChanges();
  std::string WorkerChanges();
  // And greets those who are new.
  void Tell(const std::string& text);
  void DropThoseWhoMayNot();

  Overview& overview_;
  WatchHub& hub_;
  const std::string version_;
  const StillGood still_good_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::vector<Reader> readers_;  // guarded by mutex_
  // Of the thread:
  Told jobs_, evaluations_;
  std::string workers_;
  SteadyTime workers_told_{}, spoke_{}, checked_{};
  std::jthread thread_;
};

// "event: job\ndata: {...}\n\n"
std::string EventText(const std::string& event, const nlohmann::ordered_json& data);

}  // namespace paceline
